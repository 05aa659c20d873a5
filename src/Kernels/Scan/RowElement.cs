namespace Linr.Kernels.Scan;

/// <summary>What the elements of a stored embedding row are.</summary>
public enum RowElement
{
    /// <summary>32-bit IEEE floats.</summary>
    Float32,

    /// <summary>16-bit IEEE floats.</summary>
    Float16,
}
