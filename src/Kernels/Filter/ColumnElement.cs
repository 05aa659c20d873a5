namespace Linr.Kernels.Filter;

/// <summary>What the elements of a column block are.</summary>
public enum ColumnElement
{
    /// <summary>Dictionary codes of one byte; 0 is missing (single-valued).</summary>
    Code8,

    /// <summary>Dictionary codes of two bytes; 0 is missing (single-valued).</summary>
    Code16,

    /// <summary>Dictionary codes of four bytes; 0 is missing (single-valued).</summary>
    Code32,

    /// <summary>64-bit signed integers: integers, and dates in microseconds.</summary>
    Int64,

    /// <summary>64-bit IEEE floats, never NaN, never minus zero.</summary>
    Float64,

    /// <summary>Booleans, a byte each: 0 or 1.</summary>
    Byte,
}
