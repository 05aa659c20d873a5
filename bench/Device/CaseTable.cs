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

    /// <summary>8-bit rows, as many as usual ones.</summary>
    Int8,

    /// <summary>8-bit rows of 64 numbers, as many as codes, and codes of them.</summary>
    ManyInt8,

    /// <summary>Rows of halves in clusters, and codes of them.</summary>
    Clustered,

    /// <summary>Rows of halves alike in nothing, and codes of them.</summary>
    Scattered,
}
