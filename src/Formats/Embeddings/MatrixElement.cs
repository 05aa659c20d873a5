namespace Linr.Formats;

/// <summary>How a matrix file keeps its numbers, always little-endian.</summary>
internal enum MatrixElement
{
    Float16,
    Float32,
    Float64,
    Byte,
    Int32,
}
