using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Linr.Kernels.Similarities;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// Lays rows side by side, [component][<see cref="SimilarityTile.Rows"/>], widened to floats; or one after the other,
/// and those of cosine divided by their norms, where the similarity reads rows.
/// </summary>
internal sealed unsafe class TileGather : IDisposable
{
    private const int Step = 8;

    private ScanSegment[] _segments = [];
    private NativeBuffer? _tileBuffer;
    private NativeBuffer? _rowBuffer;
    private int _width;
    private bool _keepsRows;

    /// <summary>Starts a scan.</summary>
    public void Reset(SimilarityPlan plan)
    {
        _segments = plan.Request.Segments.ToArray();
        _width = plan.ItemWidth;
        _keepsRows = plan.Similarity.ReadsRows;
        ScanArrays.Grow(ref _tileBuffer, (long)_width * SimilarityTile.Rows * sizeof(float));
        ScanArrays.Grow(ref _rowBuffer, (long)Step * Padded * sizeof(float));
        new Span<float>((float*)_rowBuffer!.Address, Step * Padded).Clear();
        new Span<float>((float*)_tileBuffer!.Address, _width * SimilarityTile.Rows).Clear();
    }

    private int Padded => (_width + Step - 1) / Step * Step;

    /// <summary>The tile of some rows; past the last are rows of an earlier tile.</summary>
    public float* Load(ReadOnlySpan<uint> rows)
    {
        float* tile = (float*)_tileBuffer!.Address;
        if (_keepsRows)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                Widen(rows[i], tile + ((long)i * _width));
            }

            return tile;
        }

        float* wide = (float*)_rowBuffer!.Address;
        for (int first = 0; first < rows.Length; first += Step)
        {
            int count = Math.Min(Step, rows.Length - first);
            for (int i = 0; i < count; i++)
            {
                Widen(rows[first + i], wide + ((long)i * Padded));
            }

            Transpose(wide, tile + first);
        }

        return tile;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tileBuffer?.Dispose();
        _rowBuffer?.Dispose();
    }

    private void Widen(uint row, float* to)
    {
        int block = (int)(row / ScanSegment.BlockRows);
        long place = row % ScanSegment.BlockRows;
        foreach (ScanSegment segment in _segments)
        {
            RowBlock source = segment.Blocks.Span[block];
            byte* from = (byte*)source.Rows + (place * segment.RowBytes);
            Span<float> floats = new(to, segment.Dim);
            switch (segment.Element)
            {
                case RowElement.Float32:
                    new ReadOnlySpan<float>(from, segment.Dim).CopyTo(floats);
                    break;
                case RowElement.Float16:
                    TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(from, segment.Dim), floats);
                    break;
                case RowElement.Int8:
                    Int8Rows.Widen((sbyte*)from, (float)((Half*)source.Scales)[place], segment.Dim, to);
                    break;
                default:
                    BFloats.Widen(new ReadOnlySpan<ushort>(from, segment.Dim), floats);
                    break;
            }

            if (_keepsRows && segment.Metric == ScanMetric.Cosine)
            {
                // Rows of fewer bits have a norm near 1, not 1.
                float norm = TensorPrimitives.Norm<float>(floats);
                TensorPrimitives.Divide(floats, norm > 0 ? norm : 1, floats);
            }

            to += segment.Dim;
        }
    }

    /// <summary>Eight rows become eight columns of the tile.</summary>
    [SkipLocalsInit]
    private void Transpose(float* rows, float* tile)
    {
        int d = 0;
        if (Avx.IsSupported)
        {
            for (; d + Step <= _width; d += Step)
            {
                Transpose8(rows + d, tile + (d * SimilarityTile.Rows));
            }
        }

        for (; d < _width; d++)
        {
            for (int i = 0; i < Step; i++)
            {
                tile[(d * SimilarityTile.Rows) + i] = rows[(i * Padded) + d];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Transpose8(float* rows, float* tile)
    {
        const byte low = 0x20;
        const byte high = 0x31;
        const byte firsts = 0x44;
        const byte seconds = 0xEE;
        int stride = Padded;
        Vector256<float> a = Vector256.Load(rows), b = Vector256.Load(rows + stride);
        Vector256<float> c = Vector256.Load(rows + (2 * stride)), d = Vector256.Load(rows + (3 * stride));
        Vector256<float> e = Vector256.Load(rows + (4 * stride)), f = Vector256.Load(rows + (5 * stride));
        Vector256<float> g = Vector256.Load(rows + (6 * stride)), h = Vector256.Load(rows + (7 * stride));
        Vector256<float> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b);
        Vector256<float> cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
        Vector256<float> ef0 = Avx.UnpackLow(e, f), ef1 = Avx.UnpackHigh(e, f);
        Vector256<float> gh0 = Avx.UnpackLow(g, h), gh1 = Avx.UnpackHigh(g, h);
        a = Avx.Shuffle(ab0, cd0, firsts);
        b = Avx.Shuffle(ab0, cd0, seconds);
        c = Avx.Shuffle(ab1, cd1, firsts);
        d = Avx.Shuffle(ab1, cd1, seconds);
        e = Avx.Shuffle(ef0, gh0, firsts);
        f = Avx.Shuffle(ef0, gh0, seconds);
        g = Avx.Shuffle(ef1, gh1, firsts);
        h = Avx.Shuffle(ef1, gh1, seconds);
        Avx.Permute2x128(a, e, low).Store(tile);
        Avx.Permute2x128(b, f, low).Store(tile + SimilarityTile.Rows);
        Avx.Permute2x128(c, g, low).Store(tile + (2 * SimilarityTile.Rows));
        Avx.Permute2x128(d, h, low).Store(tile + (3 * SimilarityTile.Rows));
        Avx.Permute2x128(a, e, high).Store(tile + (4 * SimilarityTile.Rows));
        Avx.Permute2x128(b, f, high).Store(tile + (5 * SimilarityTile.Rows));
        Avx.Permute2x128(c, g, high).Store(tile + (6 * SimilarityTile.Rows));
        Avx.Permute2x128(d, h, high).Store(tile + (7 * SimilarityTile.Rows));
    }
}
