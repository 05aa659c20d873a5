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

    /// <summary>8-bit rows of 64 numbers, as many as codes.</summary>
    ManyInt8,
}
