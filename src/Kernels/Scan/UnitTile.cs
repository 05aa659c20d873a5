namespace Linr.Kernels.Scan;

/// <summary>The rows of a unit that are scored at a time.</summary>
/// <param name="unit">The unit.</param>
/// <param name="offsets">The rows' places in the unit, with the padding that <see cref="TileRows"/> asks for.</param>
/// <param name="start">The place of the first in the list of the unit's rows; a multiple of 64.</param>
/// <param name="count">How many.</param>
/// <param name="isDense">Whether the rows lie side by side.</param>
internal readonly unsafe struct UnitTile(UnitRows unit, ushort* offsets, int start, int count, bool isDense)
{
    /// <summary>The unit.</summary>
    public UnitRows Unit { get; } = unit;

    /// <summary>The rows' places in the unit.</summary>
    public ushort* Offsets { get; } = offsets;

    /// <summary>The place of the first in the list of the unit's rows.</summary>
    public int Start { get; } = start;

    /// <summary>How many.</summary>
    public int Count { get; } = count;

    /// <summary>Whether the rows lie side by side.</summary>
    public bool IsDense { get; } = isDense;
}
