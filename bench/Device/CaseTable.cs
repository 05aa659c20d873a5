namespace Linr.Bench.Device;

/// <summary>Which table a case searches.</summary>
internal enum CaseTable
{
    /// <summary>Rows of halves, with attributes.</summary>
    Usual,

    /// <summary>As many rows of halves as fit.</summary>
    Large,

    /// <summary>Codes of 64 bits.</summary>
    Codes,
}
