using System.Numerics.Tensors;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// A pass's queries: the originals for canonical scores, and their packed form, in which weight, norm and metric are
/// folded so that a float score is dot(packed, row) * scale(row) + term(row) * rowWeight + offset.
/// </summary>
internal sealed unsafe class PlanQueries : IDisposable
{
    /// <summary>Half rows want packed elements times 2^112: larger ones would overflow.</summary>
    private const double LargestPacked = 1 << 13;

    private NativeBuffer? _packedBuffer;
    private NativeBuffer? _originalBuffer;
    private NativeBuffer? _rowWeightBuffer;
    private PlanSegment[] _segments = [];
    private double[] _weights = [];
    private double[] _squaredNorms = [];
    private double[] _offsets = [];
    private double[] _lost = [];
    private float[] _folded = [];
    private float* _packed;
    private float* _original;
    private float* _rowWeights;
    private int _slotCount;

    /// <summary>The segments.</summary>
    public ReadOnlySpan<PlanSegment> Segments => _segments.AsSpan(0, SegmentCount);

    /// <summary>Whether the batch is small: no panels.</summary>
    public bool IsFew { get; private set; }

    /// <summary>Slots of one panel; a small batch is one panel.</summary>
    public int PanelSlots { get; private set; }

    /// <summary>Panels.</summary>
    public int PanelCount { get; private set; }

    /// <summary>Whether any segment has a term of the row's own.</summary>
    public bool HasRowTerms { get; private set; }

    /// <summary>Floats of a tile entry's rows that are made ready once a tile.</summary>
    public int WideDim { get; private set; }

    private int SegmentCount { get; set; }

    /// <summary>Packs the queries named by <paramref name="queryOfSlot"/>.</summary>
    public void Pack(ScanRequest request, ReadOnlySpan<int> queryOfSlot)
    {
        _slotCount = queryOfSlot.Length;
        SegmentCount = request.Segments.Length;
        IsFew = _slotCount <= TileScores.FewMax;
        PanelSlots = IsFew ? TileScores.FewMax : TileScores.PanelWidth;
        PanelCount = (_slotCount + PanelSlots - 1) / PanelSlots;
        int slots = PanelCount * PanelSlots;
        ScanArrays.Grow(ref _segments, SegmentCount);
        ScanArrays.Grow(ref _weights, slots * SegmentCount);
        ScanArrays.Grow(ref _squaredNorms, slots * SegmentCount);
        ScanArrays.Grow(ref _offsets, slots);
        ScanArrays.Grow(ref _lost, slots);
        Array.Clear(_offsets, 0, slots);
        Array.Clear(_lost, 0, slots);
        LayOut(request, slots);
        long queryStart = 0;
        for (int s = 0; s < SegmentCount; s++)
        {
            int dim = _segments[s].Dim;
            double largest = 0;
            for (int slot = 0; slot < _slotCount; slot++)
            {
                int query = queryOfSlot[slot];
                ReadOnlySpan<float> values =
                    request.Queries.Span.Slice(checked((int)(queryStart + ((long)query * dim))), dim);
                float weight = request.Weights.Length == 0
                    ? 1f
                    : request.Weights.Span[(query * SegmentCount) + s];
                Store(s, slot, values, weight);
                largest = Math.Max(largest, Math.Abs(Factor(s, slot) * TensorPrimitives.MaxMagnitude(values)));
            }

            int exponent = IsFew && !_segments[s].IsInt8 && largest > LargestPacked
                ? Math.ILogB(LargestPacked) - 1 - Math.ILogB(largest)
                : 0;
            _segments[s] = _segments[s] with { Exponent = exponent };
            for (int slot = 0; slot < _slotCount; slot++)
            {
                PackOne(s, slot);
            }

            queryStart += (long)request.QueryCount * dim;
        }
    }

    /// <summary>The packed queries of a segment and panel.</summary>
    public float* Packed(in PlanSegment segment, int panel)
        => _packed + segment.PackedStart + ((long)panel * (IsFew ? 0 : segment.PackedStride));

    /// <summary>The original query of a segment and slot.</summary>
    public ReadOnlySpan<float> Original(in PlanSegment segment, int slot)
        => new(_original + segment.QueryStart + ((long)slot * segment.Dim), segment.Dim);

    /// <summary>What multiplies a row's own term, slot after slot.</summary>
    public float* RowWeights(int segment) => _rowWeights + ((long)segment * PanelCount * PanelSlots);

    /// <summary>The weight of a segment in a slot's score.</summary>
    public double Weight(int segment, int slot) => _weights[(slot * SegmentCount) + segment];

    /// <summary>The canonical squared norm of a slot's query.</summary>
    public double SquaredNorm(int segment, int slot) => _squaredNorms[(slot * SegmentCount) + segment];

    /// <summary>
    /// The norm of what was rounded away from a slot's query, weight and metric folded in; 0 unless rows are scored in
    /// whole numbers.
    /// </summary>
    public double Lost(int slot) => _lost[slot];

    /// <summary>Whether scores of panels are rough: those that reach a limit are scored again in floats.</summary>
    public bool IsRough => !IsFew && _segments[0].IsInt8;

    /// <summary>What is added to every float score of a slot.</summary>
    public double Offset(int slot) => _offsets[slot];

    /// <inheritdoc/>
    public void Dispose()
    {
        _packedBuffer?.Dispose();
        _originalBuffer?.Dispose();
        _rowWeightBuffer?.Dispose();
    }

    private void LayOut(ScanRequest request, int slots)
    {
        ReadOnlySpan<ScanSegment> segments = request.Segments.Span;
        long original = 0;
        long packed = 0;
        WideDim = 0;
        HasRowTerms = false;
        for (int s = 0; s < segments.Length; s++)
        {
            int dim = segments[s].Dim;
            bool isCode = segments[s].Element == RowElement.SignCode;
            int planes = isCode ? CodeScores.PlanesOf(request.Queries.Span) : 0;
            bool isInt8 = segments.Length == 1 && segments[s].Element == RowElement.Int8
                && Int8Scores.Serves(dim, IsFew);
            int stride = isCode
                ? IsFew ? CodeScores.FewStride(dim, planes) : CodeScores.PanelStride(dim, planes)
                : isInt8 ? IsFew ? Int8Scores.FewStride(dim) : Int8Scores.PanelStride(dim)
                : IsFew ? TileScores.FewStride(dim) : TileScores.PanelStride(dim);
            bool widens = !IsFew && !isCode && segments[s].Element != RowElement.Float32;
            _segments[s] = new PlanSegment(
                segments[s], original, packed, stride, widens ? WideDim : -1, Exponent: 0, planes, isInt8);
            WideDim += widens ? _segments[s].WideBytes / sizeof(float) : 0;
            HasRowTerms |= _segments[s].HasRowTerm;
            original += (long)_slotCount * dim;
            packed += (long)stride * (IsFew ? slots : PanelCount);
        }

        long rowWeights = (long)segments.Length * slots;
        _original = (float*)ScanArrays.Grow(ref _originalBuffer, original * sizeof(float));
        _packed = (float*)ScanArrays.Grow(ref _packedBuffer, packed * sizeof(float));
        _rowWeights = (float*)ScanArrays.Grow(ref _rowWeightBuffer, rowWeights * sizeof(float));
        new Span<float>(_packed, checked((int)packed)).Clear();
        new Span<float>(_rowWeights, checked((int)rowWeights)).Clear();
    }

    private void Store(int s, int slot, ReadOnlySpan<float> values, float weight)
    {
        ref readonly PlanSegment segment = ref _segments[s];
        double squared = CanonicalScore.Dot(values, values);
        _weights[(slot * SegmentCount) + s] = weight;
        _squaredNorms[(slot * SegmentCount) + s] = squared;
        values.CopyTo(new Span<float>(_original + segment.QueryStart + ((long)slot * segment.Dim), segment.Dim));
        if (segment.HasRowTerm)
        {
            RowWeights(s)[slot] = -weight;
            _offsets[slot] -= weight * squared;
        }
    }

    /// <summary>What a query is multiplied by when it is packed.</summary>
    private double Factor(int s, int slot)
    {
        double weight = Weight(s, slot);
        double squared = SquaredNorm(s, slot);
        return _segments[s].Source.Metric switch
        {
            ScanMetric.Dot => weight,
            ScanMetric.Cosine => squared == 0 ? 0 : weight / Math.Sqrt(squared),
            _ => 2.0 * weight,
        };
    }

    private void PackOne(int s, int slot)
    {
        ref readonly PlanSegment segment = ref _segments[s];
        if (segment.IsCode)
        {
            PackCode(segment, slot);
            return;
        }

        double factor = Factor(s, slot);
        ReadOnlySpan<float> values = Original(segment, slot);
        ScanArrays.Grow(ref _folded, values.Length);
        Span<float> folded = _folded.AsSpan(0, values.Length);
        for (int d = 0; d < folded.Length; d++)
        {
            folded[d] = (float)(factor * values[d]);
        }

        if (IsFew)
        {
            float* target = _packed + segment.PackedStart + ((long)slot * segment.PackedStride);
            if (segment.IsInt8)
            {
                _lost[slot] = Int8Scores.PackFew(folded, target);
                return;
            }

            TileScores.PackFew(folded, segment.Source.Element, segment.Exponent, target);
        }
        else
        {
            int panel = slot / PanelSlots;
            int queryCount = Math.Min(PanelSlots, _slotCount - (panel * PanelSlots));
            float* target = _packed + segment.PackedStart + ((long)panel * segment.PackedStride);
            if (segment.IsInt8)
            {
                _lost[slot] = Int8Scores.PackPanel(folded, slot % PanelSlots, target);
                return;
            }

            TileScores.PackPanel(folded, slot % PanelSlots, queryCount, PanelSlots, target);
        }
    }

    private void PackCode(in PlanSegment segment, int slot)
    {
        ReadOnlySpan<float> values = Original(segment, slot);
        long place = IsFew ? slot : slot / PanelSlots;
        float* target = _packed + segment.PackedStart + (place * segment.PackedStride);
        if (IsFew)
        {
            CodeScores.PackFew(values, segment.Planes, target);
        }
        else
        {
            CodeScores.PackPanel(values, segment.Planes, slot % PanelSlots, target);
        }
    }
}
