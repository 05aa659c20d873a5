using System.Collections.Concurrent;
using System.Globalization;

namespace Linr.Client.Internal;

/// <summary>The newest state that a client's writes to each model made.</summary>
internal sealed class WrittenStates
{
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);

    /// <summary>A write was acknowledged.</summary>
    public void Add(string model, string state)
        => _states.AddOrUpdate(NameOf(model), state, (_, known) => IsOlder(state, known) ? known : state);

    /// <summary>The state of the last write; null: there was none.</summary>
    public string? Find(string model) => _states.GetValueOrDefault(NameOf(model));

    /// <summary>Forgets all.</summary>
    public void Clear() => _states.Clear();

    // Writes side by side are acknowledged in any order; of one version the higher offset has both.
    private static bool IsOlder(string state, string known)
    {
        (string version, long? offset) = Split(state);
        (string knownVersion, long? knownOffset) = Split(known);
        return version == knownVersion && offset < knownOffset;
    }

    private static (string Version, long? Offset) Split(string state)
    {
        int colon = state.LastIndexOf(':');
        return colon > 0 && long.TryParse(
            state.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                ? (state[..colon], offset) : (state, null);
    }

    private static string NameOf(string model)
    {
        int at = model.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? model : model[..at];
    }
}
