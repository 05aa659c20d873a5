using Linr.Kernels.Filter;

namespace Linr.Kernels.Scan;

/// <content>What the search means: score every row, test it, sort, cap the groups, cut at K.</content>
public static unsafe partial class FilteredTopK
{
    /// <summary><see cref="Search"/> for one query, from the unfused references. Slow; allocates.</summary>
    public static ScanHit[] Reference(ScanRequest request, int query)
    {
        List<ScanHit> hits = [];
        float scoreMin = request.ScoreMin.Length == 0 ? float.NegativeInfinity : request.ScoreMin.Span[query];
        for (long row = 0; row < request.RowCount; row++)
        {
            if (Passes(request, query, (uint)row))
            {
                float score = ScoreReference(request, query, (uint)row);
                if (score >= scoreMin)
                {
                    hits.Add(new ScanHit((uint)row, score));
                }
            }
        }

        hits.Sort((first, second) => first.Score != second.Score
            ? second.Score.CompareTo(first.Score)
            : request.Order.Compare(first.Row, second.Row));
        Dictionary<uint, int> taken = [];
        return [.. hits.Where(hit => IsInGroupCap(request, hit, taken)).Take(request.K)];
    }

    internal static bool Passes(ScanRequest request, int query, uint row)
    {
        int block = (int)(row / ScanSegment.BlockRows);
        int position = (int)(row % ScanSegment.BlockRows);
        if (request.Candidates.Length > 0)
        {
            return request.Candidates.Span[query].Span.Contains(row);
        }

        nint live = request.LiveMasks.Length == 0 ? 0 : request.LiveMasks.Span[block];
        if (live != 0 && ((((ulong*)live)[position / 64] >> (position % 64)) & 1) == 0)
        {
            return false;
        }

        if (request.Filters.Length == 0
            || request.Filters.Span[request.Filters.Length == 1 ? 0 : query] is not RowFilter filter)
        {
            return true;
        }

        Span<ulong> mask = [0];
        int first = position / 64 * 64;
        filter.Evaluate(block, first, (int)Math.Min(64, request.RowCount - row + position - first), mask);
        return ((mask[0] >> (position % 64)) & 1) != 0;
    }

    private static float ScoreReference(ScanRequest request, int query, uint row)
    {
        double score = 0;
        int queryStart = 0;
        for (int s = 0; s < request.Segments.Length; s++)
        {
            ScanSegment segment = request.Segments.Span[s];
            ReadOnlySpan<float> values = request.Queries.Span.Slice(queryStart + (query * segment.Dim), segment.Dim);
            float[] stored = RowReference(segment, row);
            double term = segment.Metric switch
            {
                ScanMetric.Dot => CanonicalScore.DotReference(values, stored),
                ScanMetric.Cosine => CanonicalScore.Cosine(
                    CanonicalScore.DotReference(values, stored),
                    CanonicalScore.DotReference(values, values),
                    CanonicalScore.DotReference(stored, stored)),
                _ => -CanonicalScore.SquaredDistanceReference(values, stored),
            };
            double weight = request.Weights.Length == 0
                ? 1
                : request.Weights.Span[(query * request.Segments.Length) + s];
            score += weight * term;
            queryStart += request.QueryCount * segment.Dim;
        }

        return CanonicalScore.Round(score);
    }

    internal static float[] RowReference(ScanSegment segment, uint row)
    {
        RowBlock rows = segment.Blocks.Span[(int)(row / ScanSegment.BlockRows)];
        nint block = rows.Rows;
        long start = row % ScanSegment.BlockRows * segment.Dim; // of elements, or of bits
        float[] values = new float[segment.Dim];
        for (int d = 0; d < segment.Dim; d++)
        {
            values[d] = segment.Element switch
            {
                RowElement.Float32 => ((float*)block)[start + d],
                RowElement.Float16 => (float)((Half*)block)[start + d],
                RowElement.Int8 =>
                    ((sbyte*)block)[start + d] * (float)((Half*)rows.Scales)[row % ScanSegment.BlockRows],
                RowElement.SignCode => (((byte*)block)[(start + d) / 8] >> (d % 8) & 1) == 0 ? -1 : 1,
                _ => BFloats.Widen(((ushort*)block)[start + d]),
            };
        }

        return values;
    }

    private static bool IsInGroupCap(ScanRequest request, ScanHit hit, Dictionary<uint, int> taken)
    {
        if (request.Groups.Length == 0)
        {
            return true;
        }

        uint code = GroupCaps.CodeOf(request.Groups.Span, hit.Row);
        int before = taken.GetValueOrDefault(code);
        taken[code] = before + 1;
        return before < request.GroupCap;
    }
}
