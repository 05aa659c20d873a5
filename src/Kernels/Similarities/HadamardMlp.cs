using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Similarities;

/// <summary>
/// The Hadamard MLP: a small network over the product, component by component, of a query's half u and an item's half
/// v, logit = w2 · relu(W1 (u * v) + b1) + b2. Since W1 (u * v) = (W1 diag(u)) v, a query is M columns of weights and
/// the items are scanned as for M dot products. A similarity of <em>LiNR: Model Based Neural Retrieval on GPUs at
/// LinkedIn</em> (CIKM 2024), with halves of 50 and M = 10.
/// </summary>
public sealed unsafe class HadamardMlp : LearnedSimilarity
{
    private readonly float[] _inner;
    private readonly float[] _innerBias;
    private readonly float[] _outer;
    private readonly float _outerBias;
    private readonly int _hidden;
    private readonly int _width;

    /// <summary>A network with its weights, which are copied.</summary>
    /// <param name="inner">W1, [M, H].</param>
    /// <param name="innerBias">b1, [M].</param>
    /// <param name="outer">w2, [M].</param>
    /// <param name="outerBias">b2.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a weight is not finite.</exception>
    public HadamardMlp(
        ReadOnlySpan<float> inner, ReadOnlySpan<float> innerBias, ReadOnlySpan<float> outer, float outerBias)
    {
        _hidden = innerBias.Length;
        _width = _hidden == 0 ? 0 : inner.Length / _hidden;
        SimilarityCheck.Shape(nameof(inner), inner.Length, _hidden, _width);
        SimilarityCheck.Shape(nameof(outer), outer.Length, _hidden, 1);
        SimilarityCheck.Finite(nameof(inner), inner);
        SimilarityCheck.Finite(nameof(innerBias), innerBias);
        SimilarityCheck.Finite(nameof(outer), outer);
        SimilarityCheck.Finite(nameof(outerBias), [outerBias]);
        _inner = inner.ToArray();
        _innerBias = innerBias.ToArray();
        _outer = outer.ToArray();
        _outerBias = outerBias;
    }

    /// <inheritdoc/>
    public override int QueryWidth => _width;

    /// <summary>W1, [M, H].</summary>
    internal ReadOnlySpan<float> Inner => _inner;

    /// <summary>b1, [M].</summary>
    internal ReadOnlySpan<float> InnerBias => _innerBias;

    /// <summary>w2, [M].</summary>
    internal ReadOnlySpan<float> Outer => _outer;

    /// <summary>b2.</summary>
    internal float OuterBias => _outerBias;

    /// <summary>M.</summary>
    internal int Hidden => _hidden;

    /// <inheritdoc/>
    public override ImmutableArray<int> ItemWidths => [_width];

    /// <inheritdoc/>
    public override double Reference(ReadOnlySpan<float> query, ReadOnlySpan<float> item)
    {
        double logit = _outerBias;
        for (int m = 0; m < _hidden; m++)
        {
            double sum = _innerBias[m];
            for (int h = 0; h < _width; h++)
            {
                sum += (double)_inner[(m * _width) + h] * query[h] * item[h];
            }

            logit += _outer[m] * Math.Max(sum, 0);
        }

        return logit;
    }

    /// <inheritdoc/>
    internal override int PackedFloats => SimilarityTile.Padded(_hidden) * (_width + 2);

    /// <inheritdoc/>
    internal override int ScratchFloats => SimilarityTile.Padded(_hidden) * SimilarityTile.Rows;

    /// <inheritdoc/>
    internal override void Pack(ReadOnlySpan<float> query, Span<float> packed)
    {
        int columns = SimilarityTile.Padded(_hidden);
        var scaled = new float[_inner.Length];
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = _inner[i] * query[i % _width];
        }

        SimilarityTile.PackColumns(scaled, _hidden, packed);
        Span<float> biases = packed[(columns * _width)..];
        biases[..(2 * columns)].Clear();
        _innerBias.CopyTo(biases);
        _outer.CopyTo(biases[columns..]);
    }

    /// <inheritdoc/>
    internal override int Score(float* packed, float* tile, float cut, float* scratch, float* logits)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Score<FusedLanes512, Vector512<float>>(packed, tile, scratch, logits);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Score<FusedLanes256, Vector256<float>>(packed, tile, scratch, logits);
        }
        else
        {
            Score<FusedLanes128, Vector128<float>>(packed, tile, scratch, logits);
        }

        return SimilarityTile.Rows;
    }

    internal void Score<TLanes, TVector>(float* packed, float* tile, float* scratch, float* logits)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        int columns = SimilarityTile.Padded(_hidden);
        float* bias = packed + ((long)columns * _width);
        float* outer = bias + columns;
        for (int first = 0; first < SimilarityTile.Rows; first += 2 * TLanes.Count)
        {
            TileProducts<TLanes, TVector>.Run(packed, columns, bias, tile, _width, first, scratch);
            for (int row = first; row < first + (2 * TLanes.Count); row += TLanes.Count)
            {
                TVector sum = TLanes.Broadcast(_outerBias);
                for (int m = 0; m < _hidden; m++)
                {
                    TVector hidden = TLanes.Load(scratch + (m * SimilarityTile.Rows) + row);
                    sum = TLanes.Fused(TLanes.Broadcast(outer[m]), TLanes.Max(hidden, TLanes.Broadcast(0)), sum);
                }

                TLanes.Store(sum, logits + row);
            }
        }
    }
}
