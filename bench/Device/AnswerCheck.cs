using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>
/// Compares whole answers with the canonical scores of all rows, which another kernel computes pair by pair; which rows
/// pass is found on the host.
/// </summary>
internal sealed class AnswerCheck : IDisposable
{
    private const int Piece = 1 << 20;

    private readonly RandomRows _rows;
    private readonly CudaStream _stream;
    private readonly CanonicalScoreCuda _op;
    private readonly DeviceBuffer<CudaScorePair> _pairs;
    private readonly DeviceBuffer<uint> _pairCount;
    private readonly DeviceBuffer<float> _scores;
    private readonly DeviceBuffer<float> _query;
    private readonly DeviceBuffer<CudaScoreSegment> _segment;
    private readonly CudaScorePair[] _pairPiece = new CudaScorePair[Piece];
    private readonly float[] _scorePiece = new float[Piece];

    public AnswerCheck(RandomRows rows)
    {
        _rows = rows;
        CudaContext context = rows.Table.Context;
        CudaEmbedding embedding = rows.Table.Embeddings[0];
        _stream = new CudaStream(context, "check");
        _op = new CanonicalScoreCuda(context);
        _pairs = new DeviceBuffer<CudaScorePair>(context, Piece, "pairs to check");
        _pairCount = new DeviceBuffer<uint>(context, 1, "number of pairs");
        _scores = new DeviceBuffer<float>(context, Piece, "scores to check");
        _query = new DeviceBuffer<float>(context, embedding.Dim, "query to check");
        _segment = new DeviceBuffer<CudaScoreSegment>(context, 1, "segment to check");
        _stream.Upload<CudaScoreSegment>(
            [
                new CudaScoreSegment(
                    embedding.Metric,
                    embedding.Element,
                    embedding.Dim,
                    embedding.Rows,
                    embedding.RowBytes,
                    _query.Slice(),
                    default,
                    default,
                    embedding.Scales),
            ],
            _segment.Slice());
    }

    /// <summary>Returns if an answer is right to the bit.</summary>
    /// <param name="query">[D].</param>
    /// <param name="filter">The query's filter, or null.</param>
    /// <param name="k">Hits wanted.</param>
    /// <param name="hits">The answer.</param>
    /// <param name="passed">Rows that are said to pass.</param>
    /// <exception cref="InvalidDataException">It is wrong.</exception>
    public void Check(
        ReadOnlySpan<float> query, QueryFilter? filter, int k, ReadOnlySpan<ScanHit> hits, long passed)
    {
        _stream.Upload(query, _query.Slice());
        ScanHit[] byRow = hits.ToArray();
        for (int i = 1; i < byRow.Length; i++)
        {
            Expect(IsAhead(byRow[i - 1], byRow[i]), "hits in order", $"{byRow[i - 1]} before {byRow[i]}");
        }

        ScanHit last = byRow.LastOrDefault();
        Array.Sort(byRow, (a, b) => a.Row.CompareTo(b.Row));
        long passing = 0;
        long ahead = 0;
        int seen = 0;
        for (long first = 0; first < _rows.Table.RowCount; first += Piece)
        {
            int count = (int)Math.Min(Piece, _rows.Table.RowCount - first);
            Score(first, count);
            (long passingHere, long aheadHere) = Count(first, count, filter, last);
            passing += passingHere;
            ahead += aheadHere;
            for (; seen < byRow.Length && byRow[seen].Row < first + count; seen++)
            {
                ScanHit hit = byRow[seen];
                Expect(hit.Score == _scorePiece[hit.Row - first], $"{_scorePiece[hit.Row - first]:r}", $"{hit}");
                Expect(Passes(filter, hit.Row), "rows that pass", $"{hit}");
            }
        }

        long rows = _rows.Table.RowCount;
        Expect(passing == passed, $"{passing:N0} of {rows:N0} rows that pass", $"{passed:N0}");
        Expect(hits.Length == Math.Min(k, passing), $"{Math.Min(k, passing):N0} hits", $"{hits.Length:N0}");
        Expect(hits.IsEmpty || ahead == hits.Length, $"{hits.Length:N0} rows up to the last hit", $"{ahead:N0}");
    }

    /// <summary>Returns if rows that codes keep are right: the best, in the order of rows, and counted by level.</summary>
    /// <param name="query">[bits]: a code.</param>
    /// <param name="wanted">Rows to keep.</param>
    /// <param name="mask">A bit a row that is kept.</param>
    /// <param name="levels">[bits + 1]: how many of which so many bits agree.</param>
    /// <exception cref="InvalidDataException">They are wrong.</exception>
    public void CheckKept(ReadOnlySpan<float> query, long wanted, ulong[] mask, ReadOnlySpan<ulong> levels)
    {
        _stream.Upload(query, _query.Slice());
        var counts = new ulong[levels.Length];
        (ScanHit Row, bool IsThere) worst = default;
        (ScanHit Row, bool IsThere) best = default;
        long kept = 0;
        for (long first = 0; first < _rows.Table.RowCount; first += Piece)
        {
            int count = (int)Math.Min(Piece, _rows.Table.RowCount - first);
            Score(first, count);
            for (int i = 0; i < count; i++)
            {
                var row = new ScanHit((uint)(first + i), _scorePiece[i]);
                if ((mask[row.Row / 64] >> (int)(row.Row % 64) & 1) != 0)
                {
                    kept++;
                    counts[(int)(query.Length + row.Score) / 2]++;
                    worst = !worst.IsThere || IsAhead(worst.Row, row) ? (row, true) : worst;
                }
                else
                {
                    best = !best.IsThere || IsAhead(row, best.Row) ? (row, true) : best;
                }
            }
        }

        Expect(kept == wanted, $"{wanted} rows kept", $"{kept}");
        Expect(!best.IsThere || IsAhead(worst.Row, best.Row), $"{best.Row} kept before {worst.Row}", "the other");
        for (int level = 0; level < levels.Length; level++)
        {
            Expect(levels[level] == counts[level], $"{counts[level]} rows of level {level}", $"{levels[level]}");
        }
    }

    public void Dispose()
    {
        _segment.Dispose();
        _query.Dispose();
        _scores.Dispose();
        _pairCount.Dispose();
        _pairs.Dispose();
        _op.Dispose();
        _stream.Dispose();
    }

    private static bool IsAhead(ScanHit one, ScanHit other)
        => one.Score > other.Score || (one.Score == other.Score && one.Row < other.Row);

    public static void Expect(bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"A wrong answer: expected {expected}; found {found}.");
        }
    }

    private void Score(long first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _pairPiece[i] = new CudaScorePair(0, (uint)(first + i));
        }

        _stream.Upload(_pairPiece.AsSpan(0, count), _pairs.Slice(0, count));
        _stream.Upload<uint>([(uint)count], _pairCount.Slice());
        _op.Launch(
            _stream, _segment.Slice(), _pairs.Slice(0, count), _pairCount.Slice(), _scores.Slice(0, count));
        _stream.Download(_scores.Slice(0, count), _scorePiece.AsSpan(0, count));
    }

    private (long Passing, long Ahead) Count(long first, int count, QueryFilter? filter, ScanHit last)
    {
        const int Stretch = 1 << 14;
        long passing = 0;
        long ahead = 0;
        Parallel.For(0, (count + Stretch - 1) / Stretch, stretch =>
        {
            long passingHere = 0;
            long aheadHere = 0;
            for (int i = stretch * Stretch; i < Math.Min((stretch + 1) * Stretch, count); i++)
            {
                if (Passes(filter, first + i))
                {
                    var row = new ScanHit((uint)(first + i), _scorePiece[i]);
                    passingHere++;
                    aheadHere += !IsAhead(last, row) ? 1 : 0;
                }
            }

            Interlocked.Add(ref passing, passingHere);
            Interlocked.Add(ref ahead, aheadHere);
        });
        return (passing, ahead);
    }

    private bool Passes(QueryFilter? filter, long row) => filter is null || filter.Passes(_rows.Attributes!, row);
}
