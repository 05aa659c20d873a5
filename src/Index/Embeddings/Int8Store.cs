using Linr.Kernels;

namespace Linr.Index.Embeddings;

/// <summary>8-bit rows in blocks: values, [N, D], and scales, [N].</summary>
internal sealed class Int8Store(BlockStore<sbyte> values, BlockStore<Half> scales) : IDisposable
{
    /// <summary>[N, D]</summary>
    public BlockStore<sbyte> Values { get; } = values;

    /// <summary>[N]</summary>
    public BlockStore<Half> Scales { get; } = scales;

    /// <summary>Bytes of native memory held.</summary>
    public long OwnedBytes => Values.OwnedBytes + Scales.OwnedBytes;

    /// <summary>A store with no row yet.</summary>
    public static Int8Store OfRows(int dim) => new(BlockStore<sbyte>.OfRows(dim), BlockStore<Half>.OfRows());

    /// <summary>Rounds a row; its direction only, where its length is kept elsewhere.</summary>
    public void Write(uint row, ReadOnlySpan<float> components, bool isDirection)
        => Scales.Write(row)[0] = isDirection
            ? Int8Rows.RoundDirection(components, Values.Write(row))
            : Int8Rows.Round(components, Values.Write(row));

    /// <summary>The row of floats that a row stands for.</summary>
    public void Read(uint row, Span<float> components)
        => Int8Rows.Widen(Values.Read(row), Scales.ReadOne(row), components);

    /// <summary>Gives back the memory beyond so many rows.</summary>
    public void Trim(long rows)
    {
        Values.Trim(rows);
        Scales.Trim(rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Scales.Dispose();
    }
}
