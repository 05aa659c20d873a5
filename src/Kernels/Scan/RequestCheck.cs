using System.Numerics.Tensors;

namespace Linr.Kernels.Scan;

/// <summary>The check at a scan's door: that the parts of a request fit each other.</summary>
internal static class RequestCheck
{
    /// <summary>Returns if they do.</summary>
    /// <exception cref="ArgumentException">
    /// They do not; it names the part, what was expected and what was found.
    /// </exception>
    public static void Check(ScanRequest request)
    {
        long floats = 0;
        foreach (ScanSegment segment in request.Segments.Span)
        {
            floats += (long)request.QueryCount * segment.Dim;
        }

        Check(request, floats);
    }

    /// <summary>Returns if they do, and there are so many floats of queries.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Check(ScanRequest request, long queryFloats)
    {
        AtLeast(nameof(request.Segments), request.Segments.Length, 1);
        AtLeast(nameof(request.QueryCount), request.QueryCount, 0);
        AtLeast(nameof(request.K), request.K, 1);
        AtLeast(nameof(request.RowCount), request.RowCount, 0);
        if (request.RowCount > uint.MaxValue)
        {
            throw Unfit(nameof(request.RowCount), $"{uint.MaxValue} or less", request.RowCount);
        }

        long queries = request.QueryCount;
        long blocks = (request.RowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows;
        foreach (ScanSegment segment in request.Segments.Span)
        {
            AtLeast(nameof(segment.Dim), segment.Dim, 1);
            Exactly(nameof(segment.Blocks), segment.Blocks.Length, blocks);
        }

        Exactly(nameof(request.Queries), request.Queries.Length, queryFloats);
        CheckCodes(request);
        NoneOr(nameof(request.Weights), request.Weights.Length, queries * request.Segments.Length);
        NoneOr(nameof(request.ScoreMin), request.ScoreMin.Length, queries);
        NoNaN(nameof(request.ScoreMin), request.ScoreMin.Span);
        NoneOr(nameof(request.LiveMasks), request.LiveMasks.Length, blocks);
        NoneOr(nameof(request.Groups), request.Groups.Length, blocks);
        if (request.Filters.Length != 1)
        {
            NoneOr(nameof(request.Filters), request.Filters.Length, queries);
        }

        CheckCandidates(request);
        if (request.Groups.Length > 0)
        {
            AtLeast(nameof(request.GroupCap), request.GroupCap, 1);
        }
    }

    /// <summary>Codes are scanned alone, by queries that the kernels take.</summary>
    private static void CheckCodes(ScanRequest request)
    {
        foreach (ScanSegment segment in request.Segments.Span)
        {
            if (segment.Element != RowElement.SignCode)
            {
                continue;
            }

            Exactly(nameof(request.Segments), request.Segments.Length, 1);
            NoneOr(nameof(request.Weights), request.Weights.Length, 0);
            if (!SignOporp.IsBits(segment.Dim) || segment.Metric != ScanMetric.Dot)
            {
                throw Unfit(
                    nameof(request.Segments),
                    $"dot products of codes of {SignOporp.BitsMin} to {SignOporp.BitsMax} bits, whole words",
                    $"{segment.Metric} of {segment.Dim}");
            }

            foreach (float value in request.Queries.Span)
            {
                if (!(Math.Abs(value) <= SignOporp.QueryMax) || value != Math.Truncate(value))
                {
                    throw Unfit(
                        nameof(request.Queries), $"whole numbers within {SignOporp.QueryMax} for codes", $"{value}");
                }
            }
        }
    }

    private static void CheckCandidates(ScanRequest request)
    {
        if (request.Candidates.Length == 0)
        {
            return;
        }

        Exactly(nameof(request.Candidates), request.Candidates.Length, request.QueryCount);
        NoneOr(nameof(request.Filters), request.Filters.Length, 0);
        NoneOr(nameof(request.LiveMasks), request.LiveMasks.Length, 0);
        if (request.Segments.Span[0].Element == RowElement.SignCode)
        {
            throw Unfit(nameof(request.Candidates), "none for codes", request.Candidates.Length);
        }

        foreach (ReadOnlyMemory<uint> rows in request.Candidates.Span)
        {
            uint largest = rows.IsEmpty ? 0 : TensorPrimitives.Max(rows.Span);
            if (!rows.IsEmpty && largest >= request.RowCount)
            {
                throw Unfit(nameof(request.Candidates), $"rows below {request.RowCount}", largest);
            }
        }
    }

    private static void AtLeast(string name, long found, long least)
    {
        if (found < least)
        {
            throw Unfit(name, $"{least} or more", found);
        }
    }

    private static void Exactly(string name, long found, long expected)
    {
        if (found != expected)
        {
            throw Unfit(name, $"{expected}", found);
        }
    }

    private static void NoneOr(string name, long found, long expected)
    {
        if (found != 0 && found != expected)
        {
            throw Unfit(name, $"none or {expected}", found);
        }
    }

    private static void NoNaN(string name, ReadOnlySpan<float> found)
    {
        foreach (float one in found)
        {
            if (float.IsNaN(one))
            {
                throw new ArgumentException("Expected numbers, found NaN.", name);
            }
        }
    }

    private static ArgumentException Unfit(string name, string expected, long found)
        => Unfit(name, expected, $"{found}");

    private static ArgumentException Unfit(string name, string expected, string found)
        => new($"Expected {expected}, found {found}.", name);
}
