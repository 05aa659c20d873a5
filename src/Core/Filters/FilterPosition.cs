namespace Linr.Filters;

/// <summary>Where in its source a part of a filter was written.</summary>
/// <param name="Offset">Characters of text, or bytes of JSON, before it.</param>
/// <param name="Line">Its line, from 1; 0 when the filter was not read from a source.</param>
/// <param name="Column">Its column, from 1, in characters of text or bytes of JSON.</param>
/// <param name="Path">In JSON, the path of the value, such as <c>$.and[1].equals</c>; else null.</param>
public readonly record struct FilterPosition(int Offset, int Line, int Column, string? Path = null)
{
    /// <summary>Whether the part was read from a source.</summary>
    public bool IsKnown => Line > 0;

    /// <summary>The position as an error names it; empty when it is not known.</summary>
    public override string ToString() => (IsKnown, Path) switch
    {
        (false, _) => string.Empty,
        (_, null) => $"line {Line}, column {Column}",
        _ => $"{Path} (line {Line}, column {Column})",
    };
}
