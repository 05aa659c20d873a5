namespace Linr.Server.Models;

/// <content>Which states its versions have reached.</content>
internal sealed partial class ServedModel
{
    /// <summary>A state that a version has: whoever reads its items from now on sees it, or a later one.</summary>
    public StateToken StateOf(ModelVersion version)
    {
        ModelVersion live = Live;
        return version.Follower is { } follower && version != live
            ? new StateToken(live.Name, follower.Position)
            : new StateToken(version.Name, version.Offset);
    }

    /// <summary>Waits until a version has a state that an earlier answer gave.</summary>
    /// <exception cref="ModelException">The state is of no version of this model, or lies ahead of all changes.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public ValueTask WaitForAsync(ModelVersion version, StateToken state, CancellationToken cancellation)
    {
        ModelVersion live = Live;
        if (state.Version == live.Name)
        {
            if (state.Offset > live.Offset)
            {
                throw ModelException.Wrong(
                    $"after: expected a state that an answer of this server gave; found \"{state}\", and the last is "
                    + $"\"{StateOf(live)}\".");
            }

            return version == live || version.Follower is not { } follower || follower.Position >= state.Offset
                ? ValueTask.CompletedTask
                : new ValueTask(follower.WaitForAsync(state.Offset, cancellation));
        }

        // Who takes over has all that the one before had; and whoever follows it was brought there before.
        return Rollout.HandOvers.Any(one => one.From == state.Version && one.FromOffset >= state.Offset)
            ? ValueTask.CompletedTask
            : throw ModelException.Wrong(
                $"after: expected a state that an answer of model {Name} gave; found \"{state}\".");
    }
}
