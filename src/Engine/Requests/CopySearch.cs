using System.Globalization;
using Linr.Engine.Scan;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>
/// Searches by way of the smaller copies of rows: the best by their copies get their scores from the rows, which the
/// processor reads wherever they are, and a bound says whether any other row could be among the best. If it could, more
/// are looked at, until none can: the answer is the exact one.
/// </summary>
/// <param name="table">The items.</param>
/// <param name="pool">Searchers of the copies.</param>
/// <param name="hostPool">Searchers on the processor, of the rows.</param>
/// <param name="rowsAreOnDevice">Whether a device has the rows, and searches them at once.</param>
internal sealed class CopySearch(ItemTable table, SearcherPool pool, SearcherPool hostPool, bool rowsAreOnDevice)
{
    // Twice the hits that are wanted are mostly enough where rows lie like random ones; a cap on groups drops many.
    private const int Spare = 64;
    private const int PerHit = 2;
    private const int PerGroupHit = 4;
    private const int Growth = 8;

    /// <summary>Past this share of the rows the copy saves nothing.</summary>
    private const double KeepShareMax = 1.0 / 8;

    /// <summary>
    /// The processor scans 16-bit rows for more queries at once no faster than floats: arithmetic binds it, not reading.
    /// </summary>
    private const int HalvesQueriesMax = 4;

    /// <summary>Whether the exact answer is had sooner by way of copies.</summary>
    public bool IsFaster(ScanShape shape, RequestWork[] batch)
        => !rowsAreOnDevice
            && shape.EmbeddingNames.Any(name => ColumnOf(name).Copy is not null)
            && (pool != hostPool || batch.Length <= HalvesQueriesMax || shape.EmbeddingNames.All(
                name => ColumnOf(name).Copy is null or { Column.Schema.RowType: RowType.Int8 }))
            && batch.All(work => CandidatesFor(shape, work) <= work.ItemCount(table) * KeepShareMax && BoundOf(work) is not null);

    /// <summary>Answers requests of one shape exactly.</summary>
    public void Run(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
        => _ = TryRun(shape, codes: null, batch, take, cancellation);

    /// <summary>
    /// Answers requests of one shape with the best of those rows that codes choose, by way of their copies, where one
    /// search of a device does both; else nothing is done.
    /// </summary>
    public bool TryRunChosen(
        ScanShape shape, Approximation codes, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
        => !rowsAreOnDevice
            && ColumnOf(shape.EmbeddingNames[0]).Copy is not null
            && batch.All(work => BoundOf(work) is not null)
            && TryRun(shape, codes, batch, take, cancellation);

    private bool TryRun(
        ScanShape shape, Approximation? codes, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        var cuts = new float[batch.Length];
        for (int i = 0; i < cuts.Length; i++)
        {
            cuts[i] = batch[i].Request.ScoreMin is { } scoreMin
                ? BoundOf(batch[i])!.Value.CutFor(scoreMin)
                : float.NegativeInfinity;
        }

        long wanted = batch.Max(work => CandidatesFor(shape, work));
        int[] open = [.. Enumerable.Range(0, batch.Length)];
        while (open.Length > 0)
        {
            int k = (int)Math.Min(wanted, batch[0].ItemCount(table));
            RequestWork[] works = [.. open.Select(i => batch[i])];
            if (Find(shape, codes, works, k, i => cuts[open[i]], cancellation) is not { } found)
            {
                return false;
            }

            var again = new List<int>();
            Rescore(shape, works, found, Take, cancellation);
            open = [.. again];
            wanted *= Growth;

            void Take(int i, RowSearcher searcher)
            {
                ReadOnlySpan<ScanHit> hits = searcher.Hits(i);
                CopyBound bound = BoundOf(works[i])!.Value;
                bool isFull = hits.Length >= works[i].ScanK;
                double last = isFull ? hits[works[i].ScanK - 1].Score : double.NegativeInfinity;
                if (found[i].AreAll(k) || bound.UpperOf(found[i].Hits[^1].Score) < last)
                {
                    take(works[i], Answer(
                        shape, codes, searcher, hits, found[i], isExact: found[i].RowsKept == found[i].RowsPassed));
                    return;
                }

                // What scores lower than the last hit is of no use any more.
                cuts[open[i]] = isFull ? Math.Max(cuts[open[i]], bound.CutFor(last)) : cuts[open[i]];
                again.Add(open[i]);
            }
        }

        return true;
    }

    /// <summary>Answers requests of one shape from so many of the best by their copies.</summary>
    public void RunKept(
        ScanShape shape,
        Approximation approximation,
        RequestWork[] batch,
        TakeAnswer take,
        CancellationToken cancellation)
    {
        Candidates[] found = Find(
            shape,
            codes: null,
            batch,
            batch.Max(work => CodeSearch.KeepMax(approximation, work, work.ItemCount(table))),
            i => batch[i].Request.ScoreMin is { } scoreMin && BoundOf(batch[i]) is { } bound
                ? bound.CutFor(scoreMin)
                : float.NegativeInfinity,
            cancellation)!;
        for (int i = 0; i < found.Length; i++)
        {
            int kept = CodeSearch.KeepMax(approximation, batch[i], found[i].RowsPassed);
            found[i] = found[i] with { Hits = found[i].Hits[..Math.Min(kept, found[i].Hits.Length)], Wanted = kept };
        }

        Rescore(shape, batch, found, Take, cancellation);

        void Take(int i, RowSearcher searcher)
        {
            ReadOnlySpan<ScanHit> hits = searcher.Hits(i);
            bool isFull = hits.Length >= batch[i].ScanK;
            bool isExact = found[i].AreAll(found[i].Wanted)
                || (isFull && BoundOf(batch[i]) is { } bound
                    && bound.UpperOf(found[i].Hits[^1].Score) < hits[batch[i].ScanK - 1].Score);
            take(batch[i], Answer(shape, codes: null, searcher, hits, found[i], isExact));
        }
    }

    /// <summary>Answers requests of one shape by the scores of copies.</summary>
    public void RunAlone(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        using RentedSearcher rented = pool.Rent(shape, ScoreSource.Copy, cancellation);
        RowSearcher searcher = rented.Searcher;
        RequestRunner.Search(searcher, shape.GroupBy, batch, cancellation);
        RequestRunner.EndScan(searcher, batch);
        for (int i = 0; i < batch.Length; i++)
        {
            take(batch[i], new ScanAnswer(searcher.Hits(i), searcher.RowsPassed(i), searcher.Engine)
            {
                Mode = Describe(shape),
                IsExact = false,
            });
        }
    }

    /// <summary>What copies are called in an answer's mode, such as <c>int8</c>.</summary>
    public static string Describe(EmbeddingSchema schema)
        => (schema.Copy ?? schema.RowType).ToString().ToLowerInvariant();

    /// <summary>The best of each request by their copies; null where codes cannot choose in the same search.</summary>
    private Candidates[]? Find(
        ScanShape shape,
        Approximation? codes,
        RequestWork[] batch,
        int k,
        Func<int, float> cutOf,
        CancellationToken cancellation)
    {
        using RentedSearcher rented = pool.Rent(shape, ScoreSource.Copy, cancellation);
        RowSearcher searcher = rented.Searcher;
        if (codes is not null && !searcher.CanKeep)
        {
            return null;
        }

        RequestRunner.Fill(searcher, groupBy: null, batch);
        for (int i = 0; i < batch.Length; i++)
        {
            searcher.SetScoreMin(i, cutOf(i));
        }

        if (codes is null)
        {
            searcher.Search(k, cancellation);
        }
        else if (!searcher.TrySearchKept(
            k, ColumnOf(shape.EmbeddingNames[0]).Codes!.Coder, codes, i => batch[i].ScanK, cancellation))
        {
            return null;
        }

        var found = new Candidates[batch.Length];
        RequestRunner.EndScan(searcher, batch);
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = new Candidates(
                searcher.Hits(i).ToArray(),
                k,
                codes is null ? searcher.RowsPassed(i) : searcher.RowsKept(i),
                searcher.RowsPassed(i),
                searcher.Engine);
        }

        return found;
    }

    /// <summary>Scores candidates from their rows.</summary>
    private void Rescore(
        ScanShape shape,
        RequestWork[] batch,
        Candidates[] found,
        Action<int, RowSearcher> take,
        CancellationToken cancellation)
    {
        using RentedSearcher rented = hostPool.Rent(shape, ScoreSource.Rows, cancellation);
        CodeSearch.ScoreOnly(
            rented.Searcher, shape.GroupBy, batch, i => found[i].Hits, table.BlockCount, cancellation);
        RequestRunner.EndScan(rented.Searcher, batch);
        for (int i = 0; i < batch.Length; i++)
        {
            take(i, rented.Searcher);
        }
    }

    private ScanAnswer Answer(
        ScanShape shape,
        Approximation? codes,
        RowSearcher searcher,
        ReadOnlySpan<ScanHit> hits,
        Candidates found,
        bool isExact)
        => new(hits, found.RowsPassed, ScanAnswer.EngineOf(found.Engine, searcher.Engine))
        {
            Mode = Chosen(shape, codes, found) + Describe(shape) + string.Create(
                CultureInfo.InvariantCulture, $" -> {found.Hits.Length:N0} of {found.RowsKept:N0} rescored"),
            RowsRescored = found.Hits.Length,
            IsExact = isExact,
        };

    /// <summary>What codes chose before copies did, if they did.</summary>
    private string Chosen(ScanShape shape, Approximation? codes, Candidates found)
        => codes is null ? string.Empty : CodeSearch.Describe(ColumnOf(shape.EmbeddingNames[0]), codes) + string.Create(
            CultureInfo.InvariantCulture, $" -> {found.RowsKept:N0} of {found.RowsPassed:N0} by ");

    private static long CandidatesFor(ScanShape shape, RequestWork work)
        => ((long)work.ScanK * (shape.GroupBy is null ? PerHit : PerGroupHit)) + Spare;

    private string Describe(ScanShape shape)
        => string.Join(" + ", shape.EmbeddingNames.Select(name => Describe(ColumnOf(name).Schema)));

    private CopyBound? BoundOf(RequestWork work) => CopyBound.Of(work.Query, ColumnOf);

    private EmbeddingColumn ColumnOf(string name) => table.FindEmbedding(name)!;

    /// <summary>The best of a request by their copies.</summary>
    /// <param name="Hits">Them, best first.</param>
    /// <param name="Wanted">How many were asked for.</param>
    /// <param name="RowsKept">How many rows they are the best of.</param>
    /// <param name="RowsPassed">How many rows passed the filter.</param>
    /// <param name="Engine">What searched.</param>
    private readonly record struct Candidates(
        ScanHit[] Hits, int Wanted, long RowsKept, long RowsPassed, string Engine)
    {
        /// <summary>Whether no other row of the request's could be a hit.</summary>
        public bool AreAll(int wanted) => Hits.Length < wanted || Hits.Length == RowsKept;
    }
}
