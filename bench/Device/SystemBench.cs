using System.Diagnostics;
using System.Text.Json;
using Linr.Cuda;
using Linr.Engine;
using Linr.Filters;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>
/// A catalogue as a whole, not only its kernels: codes, integer ids and an attribute of so many items are made, written as
/// a model file, opened on the device and searched by id-returning requests, with and without a filter. The processor
/// answers the same requests from the same file, and the answers must be the same.
/// </summary>
internal sealed class SystemBench(BenchOptions options, TextWriter log)
{
    private const string Embedding = "main";
    private const string Attribute = "shelf";
    private const int Shelves = 1_000;
    private const int PieceRows = 1 << 24;
    private const int K = 1_000;
    private const int WarmSearches = 3;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<SystemStep> _steps = [];

    /// <summary>Runs it.</summary>
    /// <param name="path">The model file; one that is there is searched, else it is made first.</param>
    /// <param name="command">The command that runs it.</param>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    public void Run(string path, string command)
    {
        if (!File.Exists(path))
        {
            using ItemTable items = Timed("make codes, ids and the attribute", Make);
            log.WriteLine(FormattableString.Invariant($"  {items.OwnedBytes:N0} bytes of the host"));
            Timed("write the model file", () => Write(path, items));
        }

        log.WriteLine(FormattableString.Invariant($"{path}: {new FileInfo(path).Length:N0} bytes"));
        SystemReport report = Search(path, command);
        Directory.CreateDirectory(options.Folder);
        File.WriteAllText(Path.Combine(options.Folder, "system.json"), JsonSerializer.Serialize(report, s_json));
    }

    private static Schema SchemaOf(ulong seed) => new()
    {
        IdKind = IdKind.Integer,
        Fields = [new FieldSchema(Attribute, FieldType.Integer, FieldRoles.Attribute)],
        Embeddings =
        [
            new EmbeddingSchema(
                Embedding, BenchOptions.ManyDim, RowType: RowType.None, Codes: new EmbeddingCodes(BenchOptions.CodeBits, seed)),
        ],
    };

    private static int Write(string path, ItemTable items)
    {
        ModelWriter.Write(path, new ModelContents { Items = items, Version = "system" });
        return 0;
    }

    /// <summary>Rows are drawn and their codes made on the device, some at a time.</summary>
    private ItemTable Make()
    {
        using var context = new CudaContext(CudaDevice.Get(0));
        using var stream = new CudaStream(context, "system");
        using var random = new RandomTableCuda(context);
        const int Dim = BenchOptions.ManyDim;
        int rowBytes = CudaEmbedding.RowBytesOf(Dim, CudaElement.Float16);
        var coder = new SignOporp(Dim, BenchOptions.CodeBits, options.Seed);
        using var encode = new SignOporpCuda(context, coder, CudaElement.Float16);
        using var rows = new DeviceBuffer<byte>(context, (long)PieceRows * rowBytes, "rows of the system");
        using var codes = new DeviceBuffer<ulong>(context, PieceRows, "codes of the system");
        using var builder = new ItemTableBuilder(SchemaOf(options.Seed));
        var ids = new long[PieceRows];
        var shelves = new long[PieceRows];
        var words = new ulong[PieceRows];
        for (long first = 0; first < options.CodeRows; first += PieceRows)
        {
            int count = (int)Math.Min(PieceRows, options.CodeRows - first);
            random.LaunchRows(stream, rows.Slice(0, (long)count * rowBytes), Dim, rowBytes, options.Seed + (ulong)first);
            var embedding = new CudaEmbedding(
                CudaElement.Float16, Linr.Kernels.Scan.ScanMetric.Dot, Dim, rows.Slice(), default, RandomTable.NormMax);
            encode.Launch(stream, embedding, codes.Slice(0, count));
            long start = first;
            Parallel.For(0, count, i =>
            {
                ids[i] = IdOf(start + i);
                shelves[i] = ShelfOf(start + i);
            });
            stream.Download(codes.Slice(0, count), words.AsSpan(0, count));
            uint row = builder.AppendIds(ids.AsSpan(0, count));
            builder.SetIntegers(Attribute, row, shelves.AsSpan(0, count));
            builder.SetCodes(Embedding, row, words.AsSpan(0, count));
        }

        return builder.Build();
    }

    private SystemReport Search(string path, string command)
    {
        SearchRequest[] requests =
        [
            .. new Filter?[] { null, Filter.Parse($"{Attribute} = 7"), Filter.Parse($"{Attribute} < 100") }.Select(
                (filter, i) => new SearchRequest
                {
                    Embeddings = [new EmbeddingQuery(Embedding, Query(i))], Filter = filter, K = K, Explain = true,
                }),
        ];
        var figures = new List<SystemFigure>();
        SearchResponse[] found;
        long hostBytes;
        long deviceBytes;
        string engine;
        using (Retriever retriever = Timed("open the file on the device", () => Retriever.Open(
            path, new RetrieverOptions { Device = EngineDevice.Cuda, Cuda = new CudaOptions { Queries = 1, K = K } })))
        {
            engine = retriever.Engine;
            found = [.. requests.Select(request => Measure(retriever, request, figures))];
            hostBytes = Environment.WorkingSet;
            CudaDevice device = CudaDevice.Get(0);
            using var context = new CudaContext(device);
            deviceBytes = device.TotalBytes - context.FreeBytes;
        }

        log.WriteLine(FormattableString.Invariant(
            $"  {hostBytes:N0} bytes of the host in use, of which the file's {new FileInfo(path).Length:N0} are mapped; ")
            + FormattableString.Invariant($"{deviceBytes:N0} bytes of the device"));
        using (Retriever processor = Timed("open the file on the processor", () => Retriever.Open(path)))
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Compare(Timed($"search it there: {Describe(requests[i])}", () => processor.Search(requests[i])), found[i]);
            }
        }

        return new SystemReport(
            command,
            DeviceReport.CommitOfProgram(),
            TimeProvider.System.GetUtcNow().UtcDateTime,
            engine,
            Environment.ProcessorCount,
            found[0].RowsScanned,
            new FileInfo(path).Length,
            hostBytes,
            deviceBytes,
            _steps,
            figures);
    }

    private SearchResponse Measure(Retriever retriever, SearchRequest request, List<SystemFigure> figures)
    {
        var times = new List<double>();
        SearchResponse response = retriever.Search(request);
        for (int pass = -WarmSearches; pass < options.Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            response = retriever.Search(request);
            if (pass >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        var figure = new SystemFigure(
            Describe(request), response.Mode, response.RowsPassed, response.Hits.Count, Quantiles.Median(times));
        figures.Add(figure);
        log.WriteLine(FormattableString.Invariant(
            $"{figure.Filter}: {figure.MedianMs:F2} ms for {figure.Hits} ids of {figure.RowsPassed:N0} that pass ({figure.Mode}); ")
            + $"the first is {response.Hits[0].Id}");
        return response;
    }

    private static string Describe(SearchRequest request) => request.Filter?.ToString() ?? "no filter";

    private static void Compare(SearchResponse expected, SearchResponse found)
    {
        bool isSame = expected.RowsPassed == found.RowsPassed
            && expected.Hits.Select(hit => (hit.Id, hit.Score)).SequenceEqual(found.Hits.Select(hit => (hit.Id, hit.Score)));
        AnswerCheck.Expect(isSame, "the processor's answer", $"{found.Hits.Count} hits of {found.RowsPassed:N0} rows");
    }

    private static long IdOf(long row) => 1_000_000_007L + (3 * row);

    private static long ShelfOf(long row) => row * 7_919 % Shelves;

    private static float[] Query(int number)
    {
        var half = new Half[BenchOptions.ManyDim];
        RandomTable.Row(seed: 99, number, half);
        return [.. half.Select(value => (float)value)];
    }

    private T Timed<T>(string step, Func<T> run)
    {
        long start = Stopwatch.GetTimestamp();
        T result = run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _steps.Add(new SystemStep(step, seconds));
        log.WriteLine(FormattableString.Invariant($"{step}: {seconds:F1} s"));
        return result;
    }
}
