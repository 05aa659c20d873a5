using System.Diagnostics;
using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>
/// Measures cases over one table: each search after the caches were emptied, each pass with other queries.
/// </summary>
internal sealed class CaseRunner : IDisposable
{
    private const int WarmPassesMax = 3;
    private const int QuerySets = 4;

    private readonly RandomRows _rows;
    private readonly DeviceSearch _search;
    private readonly DeviceSearchWorkspace _workspace;
    private readonly Caches _caches;
    private readonly List<double> _readRates = [];
    private readonly int _passes;
    private readonly int _checks;

    /// <param name="rows">The table.</param>
    /// <param name="passes">Timed searches of a case and batch.</param>
    /// <param name="checks">Queries of each whose answers are checked.</param>
    public CaseRunner(RandomRows rows, int passes, int checks)
    {
        _rows = rows;
        _passes = passes;
        _checks = checks;
        CudaContext context = rows.Table.Context;
        _search = new DeviceSearch(context);
        _workspace = new DeviceSearchWorkspace(context);
        _caches = new Caches(context);
    }

    /// <summary>Bytes a second at which the device read the table's rows, median of all passes.</summary>
    public double ReadBytesPerSecond => Quantiles.Median(_readRates);

    /// <summary>Measures one batch size of a case.</summary>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    public DeviceFigure Run(DeviceCase one, int batch, double? goalMs, CancellationToken cancellation)
    {
        QuerySet[] sets = [.. Enumerable.Range(0, QuerySets).Select(set => new QuerySet(_rows, one, set, batch))];
        var times = new List<(DeviceSearchTimes Device, double HostMs)>();
        int warmPasses = Math.Min(WarmPassesMax, _passes);
        for (int pass = -warmPasses; pass < _passes; pass++)
        {
            double rate = _caches.MeasureRead(_rows.Rows);
            (DeviceSearchTimes Device, double HostMs) time = Measure(
                sets[(pass + warmPasses) % QuerySets].Request, cancellation);
            if (pass >= 0)
            {
                _readRates.Add(rate);
                times.Add(time);
            }
        }

        DeviceSearchCounters counters = _workspace.Counters;
        (int checkedCount, double? recall) = one.KeepShare > 0
            ? FindRecall(sets[0], cancellation)
            : (Check(one, sets[0], cancellation), null);
        double passed = Enumerable.Range(0, batch).Average(query => _workspace.RowsPassed(query));
        double medianMs = Quantiles.Median(times.Select(time => time.Device.KernelsMs));
        double bytes = Bytes(one, counters, batch);
        return new DeviceFigure(
            one.Name,
            _rows.Table.RowCount,
            batch,
            one.K,
            passed,
            medianMs,
            Quantiles.P95(times.Select(time => time.Device.KernelsMs)),
            Quantiles.Median(times.Select(time => time.Device.UploadMs + time.Device.DownloadMs)),
            Quantiles.Median(times.Select(time => time.HostMs)),
            Quantiles.Median(times.Select(time => time.Device.FilterMs)),
            Quantiles.Median(times.Select(time => time.Device.SeedMs)),
            Quantiles.Median(times.Select(time => time.Device.ScanMs)),
            Quantiles.Median(times.Select(time => time.Device.FinishMs)),
            bytes,
            bytes / medianMs / 1e9,
            bytes / medianMs * 1e3 / ReadBytesPerSecond,
            (double)counters.Survivors / batch,
            counters.Passes,
            checkedCount,
            goalMs)
        {
            RowsKept = one.KeepShare > 0 ? Enumerable.Range(0, batch).Average(query => _workspace.RowsKept(query)) : null,
            Recall = recall,
        };
    }

    /// <summary>Measures rows that codes choose and that stay on the device.</summary>
    /// <exception cref="InvalidDataException">A choice is wrong.</exception>
    public DeviceFigure RunLeft(DeviceCase one, double? goalMs)
    {
        using var choice = new LeftRows(_rows, one.KeepShare);
        var times = new List<(double ChoiceMs, double ListMs, double CopyMs)>();
        for (int pass = -WarmPassesMax; pass < _passes; pass++)
        {
            double rate = _caches.MeasureRead(_rows.Rows);
            _caches.Empty();
            (double ChoiceMs, double ListMs, double CopyMs) time = choice.Run(pass + WarmPassesMax);
            if (pass >= 0)
            {
                _readRates.Add(rate);
                times.Add(time);
            }
        }

        int checkedCount = _checks > 0 ? choice.Check() : 0;
        double medianMs = Quantiles.Median(times.Select(time => time.ChoiceMs + time.ListMs));
        double bytes = (double)_rows.Table.RowCount * _rows.Table.Embeddings[0].RowBytes;
        return new DeviceFigure(
            one.Name,
            _rows.Table.RowCount,
            1,
            (int)choice.Wanted,
            _rows.Table.RowCount,
            medianMs,
            Quantiles.P95(times.Select(time => time.ChoiceMs + time.ListMs)),
            Quantiles.Median(times.Select(time => time.CopyMs)),
            medianMs + Quantiles.Median(times.Select(time => time.CopyMs)),
            0,
            0,
            Quantiles.Median(times.Select(time => time.ChoiceMs)),
            Quantiles.Median(times.Select(time => time.ListMs)),
            bytes,
            bytes / medianMs / 1e9,
            bytes / medianMs * 1e3 / ReadBytesPerSecond,
            choice.Wanted,
            1,
            checkedCount,
            goalMs);
    }

    public void Dispose()
    {
        _caches.Dispose();
        _workspace.Dispose();
        _search.Dispose();
    }

    private (DeviceSearchTimes Device, double HostMs) Measure(
        DeviceSearchRequest request, CancellationToken cancellation)
    {
        _caches.Empty();
        long start = Stopwatch.GetTimestamp();
        _search.Search(request, _workspace, cancellation);
        return (_workspace.Times, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private int Check(DeviceCase one, QuerySet set, CancellationToken cancellation)
    {
        _search.Search(set.Request, _workspace, cancellation);
        int count = Math.Min(_checks, set.Request.QueryCount);
        if (count == 0)
        {
            return 0;
        }

        using var check = new AnswerCheck(_rows);
        int dim = _rows.Table.Embeddings[0].Dim;
        for (int i = 0; i < count; i++)
        {
            // The first, the last, and what lies between them as evenly as can be.
            int query = count == 1 ? 0 : i * (set.Request.QueryCount - 1) / (count - 1);
            check.Check(
                set.Request.Queries.Span.Slice(query * dim, dim),
                set.Filters.Length == 0 ? null : set.Filters[query],
                one.K,
                _workspace.Hits(query),
                _workspace.RowsPassed(query));
        }

        return count;
    }

    /// <summary>
    /// How much of the exact answers is found, of as many queries as are checked; a row of both has the same score.
    /// </summary>
    private (int Count, double? Recall) FindRecall(QuerySet set, CancellationToken cancellation)
    {
        CodeKeep keep = set.Request.Keep!;
        _search.Search(set.Request, _workspace, cancellation);
        int count = Math.Min(_checks, set.Request.QueryCount);
        Dictionary<uint, float>[] found =
        [
            .. Enumerable.Range(0, count).Select(
                query => _workspace.Hits(query).ToArray().ToDictionary(hit => hit.Row, hit => hit.Score)),
        ];
        set.Request.Keep = null;
        _search.Search(set.Request, _workspace, cancellation);
        double share = 0;
        for (int query = 0; query < count; query++)
        {
            int both = 0;
            foreach (ScanHit hit in _workspace.Hits(query))
            {
                if (found[query].TryGetValue(hit.Row, out float score))
                {
                    both++;
                    if (score != hit.Score)
                    {
                        throw new InvalidDataException($"A wrong answer: expected {hit}; found the score {score}.");
                    }
                }
            }

            share += both / (double)set.Request.K / count;
        }

        set.Request.Keep = keep;
        _search.Search(set.Request, _workspace, cancellation);
        return (count, count == 0 ? null : share);
    }

    private double Bytes(DeviceCase one, DeviceSearchCounters counters, int batch)
    {
        CudaTable table = _rows.Table;
        double rowBytes = table.Embeddings[0].RowBytes + (table.Embeddings[0].Scales.IsEmpty ? 0 : sizeof(short));
        if (one.KeepShare > 0)
        {
            // Codes a query, and the rows that they list.
            return ((double)table.RowCount * table.Embeddings[1].RowBytes * batch) + (counters.RowsListed * rowBytes);
        }

        double rows = (counters.ListedQueries < batch ? table.RowCount : 0) + counters.RowsListed;
        double attributes = one.Filter switch
        {
            CaseFilter.None => 0,
            CaseFilter.Clauses => sizeof(byte) + sizeof(uint),
            CaseFilter.Worst => sizeof(byte),
            _ => RandomAttributes.RowBytes,
        };
        return (rows * rowBytes) + (attributes * table.RowCount);
    }

    /// <summary>Queries of one pass, each with a filter of its own.</summary>
    private sealed class QuerySet
    {
        public QuerySet(RandomRows rows, DeviceCase one, int set, int batch)
        {
            int first = set * batch;
            Filters = one.Filter == CaseFilter.None
                ? []
                : [.. Enumerable.Range(first, batch).Select(query => new QueryFilter(one.Filter, query))];
            Request = new DeviceSearchRequest
            {
                Table = rows.Table,
                QueryCount = batch,
                Queries = Queries(rows, one, first, batch),
                Filters = Filters.Select(filter => filter.OnDevice).ToArray(),
                K = one.K,
                IsTimed = true,
            };
            if (one.KeepShare > 0)
            {
                Request.Keep = new CodeKeep
                {
                    Codes = 1, Queries = CodeQueries(rows, Request.Queries.Span), Share = one.KeepShare,
                };
            }
        }

        public DeviceSearchRequest Request { get; }

        public QueryFilter[] Filters { get; }

        private static float[] CodeQueries(RandomRows rows, ReadOnlySpan<float> queries)
        {
            SignOporp coder = rows.Coder!;
            float[] codes = new float[queries.Length / coder.Dim * coder.Bits];
            for (int query = 0; query < queries.Length / coder.Dim; query++)
            {
                coder.EncodeQuery(
                    queries.Slice(query * coder.Dim, coder.Dim), false, codes.AsSpan(query * coder.Bits, coder.Bits));
            }

            return codes;
        }

        /// <summary>Queries of the rows' kind; those for which the same rows are the worst are much alike.</summary>
        private static float[] Queries(RandomRows rows, DeviceCase one, int first, int batch)
        {
            const float Difference = 0.1f;
            float[] queries = rows.Queries(first, batch);
            if (one.Filter == CaseFilter.Worst)
            {
                float[] common = rows.Queries(0, 1);
                rows.Attributes!.MarkWorst(rows.Table, common);
                for (int q = 0; q < batch; q++)
                {
                    Span<float> query = queries.AsSpan(q * common.Length, common.Length);
                    TensorPrimitives.MultiplyAdd(query, Difference, common, query);
                }
            }

            return queries;
        }
    }
}
