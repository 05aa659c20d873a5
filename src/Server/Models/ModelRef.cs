namespace Linr.Server.Models;

/// <summary>What a request calls its model: a model or an alias, and perhaps a version, <c>movies@7</c>.</summary>
/// <param name="Name">The model or alias.</param>
/// <param name="Version">The version; null for the one that the rollout says.</param>
internal readonly record struct ModelRef(string Name, string? Version)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ModelException">It is none.</exception>
    public static ModelRef Parse(string? text)
    {
        string[] parts = (text ?? string.Empty).Split('@', 2);
        return new ModelRef(
            ModelName.Check("model", parts[0]), parts.Length == 1 ? null : ModelName.Check("model version", parts[1]));
    }

    /// <inheritdoc/>
    public override string ToString() => Version is null ? Name : $"{Name}@{Version}";
}
