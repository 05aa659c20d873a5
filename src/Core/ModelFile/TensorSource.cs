using System.Collections.Immutable;
using Linr.Memory;

namespace Linr.ModelFile;

/// <summary>A tensor to write, whose data need not be in memory at once.</summary>
/// <param name="Name">Its name; not one that the format itself uses.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dims, row-major; empty for a scalar.</param>
/// <param name="Write">Writes all its data, in order, in pieces of any size.</param>
public sealed record TensorSource(string Name, TensorType Type, ImmutableArray<long> Shape, Action<TensorSink> Write)
{
    /// <summary>Where its data may start: a multiple of this many bytes.</summary>
    public int AlignmentBytes { get; init; } = 64;

    /// <summary>The size of its data.</summary>
    /// <exception cref="OverflowException">It does not fit 63 bits.</exception>
    public long Bytes => Shape.Aggregate((long)Type.ElementBytes(), (product, dim) => checked(product * dim));

    /// <summary>A tensor whose data lie in native or mapped memory, which must stay until it is written.</summary>
    public static TensorSource Of<T>(string name, TensorType type, ImmutableArray<long> shape, NativeSlice<T> data)
        where T : unmanaged
        => new(name, type, shape, sink => sink.Write(data));

    /// <summary>A tensor whose data lie in an array.</summary>
    public static TensorSource Of<T>(string name, TensorType type, ImmutableArray<long> shape, T[] data)
        where T : unmanaged
        => new(name, type, shape, sink => sink.Write<T>(data));
}
