using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Similarities;

/// <summary>
/// The mixture of logits (Zhai et al., <em>Revisiting Neural Retrieval on Accelerators</em>, KDD 2023, arXiv
/// 2306.04039): a query has some components and an item has some, all of norm 1; each pair gives a logit, their dot
/// product over the temperature, and a gate mixes them, logit = sum of softmax(g) * l with g = (query part) * (item
/// part) + cross(l), where cross is a network of one hidden layer (SiLU) over all logits. A mixture is at most its
/// largest logit, so that a scan skips the gate wherever that cannot reach the cut: the answer is exact whatever the
/// gate says.
/// </summary>
public sealed unsafe class MixtureOfLogits : LearnedSimilarity
{
    /// <summary>
    /// A mixture in floats is above its largest logit by no more than this share of it: K + 3 roundings of sums and
    /// one of the quotient, K at most <see cref="PairsMax"/>.
    /// </summary>
    internal const float RoundingShare = 1e-4f;

    /// <summary>The largest number of pairs of components.</summary>
    public const int PairsMax = 256;

    private readonly MixtureShape _shape;
    private readonly float[] _crossInner;
    private readonly float[] _crossInnerPacked;
    private readonly float[] _crossInnerBias;
    private readonly float[] _crossOuter;
    private readonly float[] _crossOuterPacked;
    private readonly float[] _crossOuterBias;
    private readonly int _hidden;

    /// <summary>A mixture with the weights of its cross network, which are copied; K pairs, H hidden.</summary>
    /// <param name="shape">Components and temperature.</param>
    /// <param name="crossInner">[H, K]</param>
    /// <param name="crossInnerBias">[H]</param>
    /// <param name="crossOuter">[K, H]</param>
    /// <param name="crossOuterBias">[K]</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a weight is not finite.</exception>
    public MixtureOfLogits(
        MixtureShape shape,
        ReadOnlySpan<float> crossInner,
        ReadOnlySpan<float> crossInnerBias,
        ReadOnlySpan<float> crossOuter,
        ReadOnlySpan<float> crossOuterBias)
    {
        shape.Check();
        _shape = shape;
        _hidden = crossInnerBias.Length;
        SimilarityCheck.Shape(nameof(crossInner), crossInner.Length, _hidden, Pairs);
        SimilarityCheck.Shape(nameof(crossOuter), crossOuter.Length, Pairs, _hidden);
        SimilarityCheck.Shape(nameof(crossOuterBias), crossOuterBias.Length, Pairs, 1);
        SimilarityCheck.Finite(nameof(crossInner), crossInner);
        SimilarityCheck.Finite(nameof(crossInnerBias), crossInnerBias);
        SimilarityCheck.Finite(nameof(crossOuter), crossOuter);
        SimilarityCheck.Finite(nameof(crossOuterBias), crossOuterBias);
        _crossInner = crossInner.ToArray();
        _crossOuter = crossOuter.ToArray();
        _crossInnerPacked = Packed(crossInner, _hidden, Pairs);
        _crossOuterPacked = Packed(crossOuter, Pairs, _hidden);
        _crossInnerBias = [.. crossInnerBias, .. new float[SimilarityTile.ColumnStep]];
        _crossOuterBias = [.. crossOuterBias, .. new float[SimilarityTile.ColumnStep]];
    }

    /// <summary>Components and temperature.</summary>
    public MixtureShape Shape => _shape;

    /// <summary>Components, one after the other, then the query's part of the gate, [K].</summary>
    public override int QueryWidth => (_shape.QueryComponents * _shape.Dim) + Pairs;

    /// <summary>Components, one after the other; and the item's part of the gate, [K].</summary>
    public override ImmutableArray<int> ItemWidths => [_shape.ItemComponents * _shape.Dim, Pairs];

    /// <summary>[H, K]</summary>
    internal ReadOnlySpan<float> CrossInner => _crossInner;

    /// <summary>[H], and zeros.</summary>
    internal ReadOnlySpan<float> CrossInnerBias => _crossInnerBias;

    /// <summary>[K, H]</summary>
    internal ReadOnlySpan<float> CrossOuter => _crossOuter;

    /// <summary>[K], and zeros.</summary>
    internal ReadOnlySpan<float> CrossOuterBias => _crossOuterBias;

    /// <summary>H.</summary>
    internal int Hidden => _hidden;

    private int Pairs => _shape.Pairs;

    /// <inheritdoc/>
    public override double Reference(ReadOnlySpan<float> query, ReadOnlySpan<float> item)
    {
        var logits = new double[Pairs];
        for (int pair = 0; pair < Pairs; pair++)
        {
            (int own, int other) = (pair / _shape.ItemComponents, pair % _shape.ItemComponents);
            for (int d = 0; d < _shape.Dim; d++)
            {
                logits[pair] += (double)query[(own * _shape.Dim) + d] * item[(other * _shape.Dim) + d] / _shape.Temperature;
            }
        }

        double[] hidden = [.. Layer(_crossInner, _crossInnerBias, logits, _hidden).Select(x => x / (1 + Math.Exp(-x)))];
        double[] gate = Layer(_crossOuter, _crossOuterBias, hidden, Pairs);
        for (int pair = 0; pair < Pairs; pair++)
        {
            gate[pair] += (double)query[(_shape.QueryComponents * _shape.Dim) + pair]
                * item[(_shape.ItemComponents * _shape.Dim) + pair];
        }

        double largest = gate.Max();
        double[] shares = [.. gate.Select(value => Math.Exp(value - largest))];
        return shares.Zip(logits, (share, logit) => share * logit).Sum() / shares.Sum();
    }

    /// <inheritdoc/>
    internal override int PackedFloats => (SimilarityTile.Padded(_shape.QueryComponents) * (_shape.Dim + 1)) + Pairs;

    /// <inheritdoc/>
    internal override int ScratchFloats
        => (SimilarityTile.Padded(_shape.QueryComponents) + (3 * Pairs) + SimilarityTile.Padded(_hidden)
            + SimilarityTile.Padded(Pairs) + 1) * SimilarityTile.Rows;

    /// <inheritdoc/>
    internal override void Pack(ReadOnlySpan<float> query, Span<float> packed)
    {
        int components = _shape.QueryComponents * _shape.Dim;
        var scaled = new float[components];
        for (int i = 0; i < components; i++)
        {
            scaled[i] = query[i] / _shape.Temperature;
        }

        SimilarityTile.PackColumns(scaled, _shape.QueryComponents, packed);
        int columns = SimilarityTile.Padded(_shape.QueryComponents);
        packed.Slice(columns * _shape.Dim, columns).Clear();
        query[components..].CopyTo(packed[(columns * (_shape.Dim + 1))..]);
    }

    /// <inheritdoc/>
    internal override int Score(float* packed, float* tile, float cut, float* scratch, float* logits)
        => Vector512.IsHardwareAccelerated
                ? Score<FusedLanes512, Vector512<float>>(packed, tile, cut, scratch, logits)
            : Vector256.IsHardwareAccelerated
                ? Score<FusedLanes256, Vector256<float>>(packed, tile, cut, scratch, logits)
            : Score<FusedLanes128, Vector128<float>>(packed, tile, cut, scratch, logits);

    internal int Score<TLanes, TVector>(float* packed, float* tile, float cut, float* scratch, float* logits)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        const int stride = SimilarityTile.Rows;
        float* pairs = scratch + ((long)SimilarityTile.Padded(_shape.QueryComponents) * stride);
        float* rest = pairs + ((long)Pairs * stride);
        float* itemGate = tile + ((long)_shape.ItemComponents * _shape.Dim * stride);
        for (int first = 0; first < stride; first += 2 * TLanes.Count)
        {
            WritePairs<TLanes, TVector>(packed, tile, first, scratch, pairs);
        }

        WriteBounds<TLanes, TVector>(pairs, logits);
        int* reaching = stackalloc int[stride];
        int count = 0;
        for (int row = 0; row < stride; row++)
        {
            reaching[count] = row;
            count += logits[row] >= cut ? 1 : 0;
        }

        if (count > stride / 2)
        {
            Mix<TLanes, TVector>(packed, pairs, itemGate, stride, rest, logits);
            return stride;
        }

        new Span<float>(logits, stride).Fill(float.NegativeInfinity);
        if (count > 0)
        {
            MixSome<TLanes, TVector>(packed, pairs, itemGate, new ReadOnlySpan<int>(reaching, count), rest, logits);
        }

        return count;
    }

    /// <summary>Lays the rows that may reach side by side before the gate, which costs far more than that.</summary>
    private void MixSome<TLanes, TVector>(
        float* packed, float* pairs, float* itemGate, ReadOnlySpan<int> rows, float* scratch, float* logits)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        const int stride = SimilarityTile.Rows;
        float* ownPairs = scratch;
        float* ownGate = ownPairs + ((long)Pairs * stride);
        float* mixed = ownGate + ((long)Pairs * stride);
        int step = 2 * TLanes.Count;
        int padded = (rows.Length + step - 1) / step * step;
        for (int pair = 0; pair < Pairs; pair++)
        {
            for (int i = 0; i < padded; i++)
            {
                int row = rows[Math.Min(i, rows.Length - 1)];
                ownPairs[(pair * stride) + i] = pairs[(pair * stride) + row];
                ownGate[(pair * stride) + i] = itemGate[(pair * stride) + row];
            }
        }

        Mix<TLanes, TVector>(packed, ownPairs, ownGate, padded, mixed + stride, mixed);
        for (int i = 0; i < rows.Length; i++)
        {
            logits[rows[i]] = mixed[i];
        }
    }

    /// <summary>The logits of all pairs, [K][rows].</summary>
    private void WritePairs<TLanes, TVector>(float* packed, float* tile, int first, float* products, float* pairs)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        const int stride = SimilarityTile.Rows;
        int columns = SimilarityTile.Padded(_shape.QueryComponents);
        float* bias = packed + ((long)columns * _shape.Dim);
        for (int other = 0; other < _shape.ItemComponents; other++)
        {
            float* item = tile + ((long)other * _shape.Dim * stride);
            TileProducts<TLanes, TVector>.Run(packed, columns, bias, item, _shape.Dim, first, products);
            for (int own = 0; own < _shape.QueryComponents; own++)
            {
                float* from = products + (own * stride) + first;
                float* to = pairs + (((own * _shape.ItemComponents) + other) * stride) + first;
                TLanes.Store(TLanes.Load(from), to);
                TLanes.Store(TLanes.Load(from + TLanes.Count), to + TLanes.Count);
            }
        }
    }

    /// <summary>What no mixture of a row is above: its largest logit, and what roundings may add, [rows].</summary>
    private void WriteBounds<TLanes, TVector>(float* pairs, float* bounds)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        for (int row = 0; row < SimilarityTile.Rows; row += TLanes.Count)
        {
            TVector largest = TLanes.Load(pairs + row);
            for (int pair = 1; pair < Pairs; pair++)
            {
                largest = TLanes.Max(largest, TLanes.Load(pairs + (pair * SimilarityTile.Rows) + row));
            }

            TLanes.Store(TLanes.Fused(TLanes.Abs(largest), TLanes.Broadcast(RoundingShare), largest), bounds + row);
        }
    }

    /// <summary>The gate of the first rows, whole steps of two vectors, and what it makes of their logits.</summary>
    private void Mix<TLanes, TVector>(
        float* packed, float* pairs, float* itemGate, int rows, float* scratch, float* logits)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        for (int first = 0; first < rows; first += 2 * TLanes.Count)
        {
            Mix<TLanes, TVector>(packed, pairs, itemGate, scratch, first, logits);
        }
    }

    private void Mix<TLanes, TVector>(
        float* packed, float* pairs, float* itemGate, float* scratch, int first, float* logits)
        where TLanes : IFusedLanes<TVector>
        where TVector : struct
    {
        const int stride = SimilarityTile.Rows;
        float* hidden = scratch;
        float* gate = hidden + ((long)SimilarityTile.Padded(_hidden) * stride);
        fixed (float* inner = _crossInnerPacked, innerBias = _crossInnerBias)
        fixed (float* outer = _crossOuterPacked, outerBias = _crossOuterBias)
        {
            TileProducts<TLanes, TVector>.Run(
                inner, SimilarityTile.Padded(_hidden), innerBias, pairs, Pairs, first, hidden);
            for (int h = 0; h < _hidden; h++)
            {
                for (int row = first; row < first + (2 * TLanes.Count); row += TLanes.Count)
                {
                    float* value = hidden + (h * stride) + row;
                    TLanes.Store(LaneMath<TLanes, TVector>.Silu(TLanes.Load(value)), value);
                }
            }

            TileProducts<TLanes, TVector>.Run(
                outer, SimilarityTile.Padded(Pairs), outerBias, hidden, _hidden, first, gate);
        }

        float* own = packed + ((long)SimilarityTile.Padded(_shape.QueryComponents) * (_shape.Dim + 1));
        for (int row = first; row < first + (2 * TLanes.Count); row += TLanes.Count)
        {
            TVector largest = TLanes.Broadcast(float.NegativeInfinity);
            for (int pair = 0; pair < Pairs; pair++)
            {
                float* value = gate + (pair * stride) + row;
                TVector item = TLanes.Load(itemGate + (pair * stride) + row);
                TVector sum = TLanes.Fused(TLanes.Broadcast(own[pair]), item, TLanes.Load(value));
                TLanes.Store(sum, value);
                largest = TLanes.Max(largest, sum);
            }

            TVector negated = TLanes.Multiply(largest, TLanes.Broadcast(-1));
            TVector shares = TLanes.Broadcast(0);
            TVector mixed = TLanes.Broadcast(0);
            for (int pair = 0; pair < Pairs; pair++)
            {
                TVector below = TLanes.Add(TLanes.Load(gate + (pair * stride) + row), negated);
                TVector share = LaneMath<TLanes, TVector>.Exp(below);
                shares = TLanes.Add(shares, share);
                mixed = TLanes.Fused(share, TLanes.Load(pairs + (pair * stride) + row), mixed);
            }

            TLanes.Store(TLanes.Divide(mixed, shares), logits + row);
        }
    }

    private static double[] Layer(float[] weights, float[] bias, double[] input, int count)
        => [.. Enumerable.Range(0, count).Select(
            i => bias[i] + input.Select((value, j) => value * weights[(i * input.Length) + j]).Sum())];

    private static float[] Packed(ReadOnlySpan<float> weights, int columns, int depth)
    {
        var packed = new float[SimilarityTile.Padded(columns) * depth];
        SimilarityTile.PackColumns(weights, columns, packed);
        return packed;
    }
}
