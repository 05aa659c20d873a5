using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linr.Server.Models;

/// <summary>
/// A state of a model's items: all changes of the log of a version below an offset. Callers give it back, so that a
/// search sees their writes.
/// </summary>
/// <param name="Version">The version that took the changes when it was the live one.</param>
/// <param name="Offset">The offset behind the last change.</param>
internal readonly record struct StateToken(string Version, long Offset)
{
    /// <summary>Reads one, as <see cref="ToString"/> writes it.</summary>
    /// <exception cref="ModelException">It is none.</exception>
    public static StateToken Parse(string text) => TryParse(text, out StateToken? token)
        ? token.Value
        : throw ModelException.Wrong($"after: expected a state that an answer gave; found \"{text}\".");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}:{Offset}");

    private static bool TryParse(string text, [NotNullWhen(true)] out StateToken? token)
    {
        int colon = text.LastIndexOf(':');
        token = colon > 0
            && ModelName.IsOne(text[..colon])
            && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                ? new StateToken(text[..colon], offset)
                : null;
        return token is not null;
    }
}
