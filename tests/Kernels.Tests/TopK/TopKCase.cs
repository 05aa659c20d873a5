using System.Buffers.Binary;
using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests;

/// <summary>How the scores of a <see cref="TopKCase"/> lie.</summary>
public enum ScoreKind
{
    Random,
    AllEqual,
    FewValues,
    Ascending,
    NearTies,
    Negative,
    Zero,
    OneFarAbove,
}

/// <summary>
/// Survivors whose canonical scores are known: the first element of a row is the score of every query, up to the
/// query's sign. All of it on the device, with room for the answers.
/// </summary>
internal sealed class TopKCase : IDisposable
{
    private readonly CudaStream _stream;
    private readonly float[] _scores;
    private readonly long[] _keys;
    private readonly float[] _cuts;
    private readonly int _queryCount;
    private readonly int _capacity;
    private readonly List<IDisposable> _owned = [];
    private readonly Func<uint, uint>? _groupOf;
    private readonly int _cap;
    private readonly DeviceBuffer<ulong> _words;
    private readonly DeviceBuffer<uint> _counts;
    private readonly DeviceBuffer<ScanHit> _hits;
    private readonly DeviceBuffer<uint> _hitCounts;
    private readonly DeviceBuffer<TopKStatus> _status;
    private readonly DeviceBuffer<byte> _scratch;
    private ulong[] _hostWords;
    private uint[] _hostCounts;

    /// <summary>A case.</summary>
    /// <param name="context">Where.</param>
    /// <param name="stream">What copies go through.</param>
    /// <param name="kind">How scores lie.</param>
    /// <param name="counts">Survivors of each query.</param>
    /// <param name="capacity">Room for them.</param>
    /// <param name="k">Hits wanted.</param>
    /// <param name="keyOf">Item keys; null: none.</param>
    /// <param name="dim">Elements of a row.</param>
    /// <param name="seed">Of the random numbers.</param>
    /// <param name="cut">What is known of each query's k-th best score.</param>
    /// <param name="groupOf">Groups; null: none.</param>
    /// <param name="cap">Hits of a group.</param>
    /// <param name="codeBytes">Of a group's code.</param>
    /// <param name="spread">Whether survivors are some of all rows; else they are the first ones.</param>
    public TopKCase(
        CudaContext context,
        CudaStream stream,
        ScoreKind kind,
        uint[] counts,
        int capacity,
        int k,
        Func<uint, long>? keyOf = null,
        int dim = 8,
        int seed = 1,
        float cut = float.NegativeInfinity,
        bool spread = true,
        Func<uint, uint>? groupOf = null,
        int cap = 1,
        int codeBytes = 4)
    {
        _stream = stream;
        _queryCount = counts.Length;
        _capacity = capacity;
        K = k;
        int rowCount = spread ? 2 * capacity : capacity;
        var random = new Random(seed);
        _scores = [.. Enumerable.Range(0, rowCount).Select(row => Score(kind, row, rowCount, random))];
        _keys = keyOf is null ? [] : [.. Enumerable.Range(0, rowCount).Select(row => keyOf((uint)row))];
        _cuts = [.. counts.Select(_ => cut)];
        Twice = kind == ScoreKind.NearTies ? 1e-3f : 1e-5f;
        (_hostWords, _hostCounts) = ([], counts);
        (_groupOf, _cap) = (groupOf, cap);
        var rows = new float[rowCount * dim];
        var queries = new float[_queryCount * dim];
        for (int row = 0; row < rowCount; row++)
        {
            rows[row * dim] = _scores[row];
        }

        for (int query = 0; query < _queryCount; query++)
        {
            queries[query * dim] = Sign(query);
        }

        var segment = new CudaScoreSegment(
            ScanMetric.Dot,
            CudaElement.Float32,
            dim,
            Own(context, rows).Slice().Cast<byte>(),
            dim * sizeof(float),
            Own(context, queries).Slice(),
            default,
            default);
        _words = Own(new DeviceBuffer<ulong>(context, (long)_queryCount * capacity, "words"));
        _counts = Own(new DeviceBuffer<uint>(context, _queryCount, "counts"));
        _hits = Own(new DeviceBuffer<ScanHit>(context, (long)_queryCount * k, "hits"));
        _hitCounts = Own(new DeviceBuffer<uint>(context, _queryCount, "counts of hits"));
        _status = Own(new DeviceBuffer<TopKStatus>(context, _queryCount, "statuses"));
        _scratch = Own(new DeviceBuffer<byte>(context, TopKCuda.ScratchBytes(_queryCount, k, capacity, groupOf is not null), "scratch"));
        Input = new TopKInput(
            _words.Slice(),
            _counts.Slice(),
            Own(context, _cuts).Slice(),
            Own(context, [.. counts.Select(_ => Twice)]).Slice(),
            Own(context, segment).Slice(),
            _keys.Length == 0 ? default : Own(context, _keys).Slice())
        {
            Groups = groupOf is null
                ? default
                : Own(
                    context,
                    new CudaGroups(Own(context, Codes(groupOf, rowCount, codeBytes)).Slice(), codeBytes, cap)).Slice(),
        };
        Renew(counts, seed);
    }

    public int K { get; }

    public float Twice { get; }

    public TopKInput Input { get; }

    public TopKOutput Output => new(_hits.Slice(), _hitCounts.Slice(), _status.Slice());

    public DeviceSlice<byte> Scratch => _scratch.Slice();

    /// <summary>Other survivors in the same memory; nothing of the last answer is left.</summary>
    public void Renew(uint[] counts, int seed)
    {
        var random = new Random(seed);
        _hostCounts = counts;
        _hostWords = new ulong[_queryCount * _capacity];
        for (int query = 0; query < _queryCount; query++)
        {
            uint[] rows = [.. Enumerable.Range(0, _scores.Length).Select(row => (uint)row)];
            random.Shuffle(rows);
            for (int i = 0; i < Math.Min(counts[query], _capacity); i++)
            {
                _hostWords[(query * _capacity) + i] = ScoredRow.Pack(Lower(query, rows[i], random), rows[i]);
            }
        }

        _stream.Upload<ulong>(_hostWords, _words.Slice());
        _stream.Upload<uint>(counts, _counts.Slice());
        _stream.EnqueueFill(_hits.Slice().Cast<uint>(), 0xdeadbeef);
        _stream.EnqueueFill(_hitCounts.Slice(), 0xdeadbeef);
        _stream.EnqueueFill(_status.Slice().Cast<uint>(), 0xdeadbeef);
        _stream.EnqueueFill(_scratch.Slice().Cast<uint>(), 0xdeadbeef);
    }

    /// <summary>Enqueues the finish.</summary>
    public void Launch(TopKCuda op, CudaStream stream) => op.Launch(stream, Input, K, Scratch, Output);

    /// <summary>Compares hits, counts and statuses with the reference, bit by bit; returns the statuses.</summary>
    public TopKStatus[] Check(string what)
    {
        var hits = new ScanHit[_hits.Length];
        var hitCounts = new uint[_queryCount];
        var status = new TopKStatus[_queryCount];
        _stream.Download(_hits.Slice(), hits);
        _stream.Download(_hitCounts.Slice(), hitCounts);
        _stream.Download(_status.Slice(), status);
        for (int query = 0; query < _queryCount; query++)
        {
            (ScanHit[] expected, TopKStatus expectedStatus) = TopK.Reference(
                _hostWords.AsSpan(query * _capacity, (int)Math.Min(_hostCounts[query], _capacity)),
                _hostCounts[query],
                _cuts[query],
                K,
                row => Canonical(query, row),
                row => _keys.Length == 0 ? row : _keys[row],
                _groupOf,
                _cap);
            Assert.True(expectedStatus == status[query], $"{what}, query {query}: {status[query]}.");
            Assert.Equal((uint)expected.Length, hitCounts[query]);
            for (int hit = 0; hit < expected.Length; hit++)
            {
                ScanHit found = hits[(query * K) + hit];
                Assert.True(
                    expected[hit] == found, $"{what}, query {query}, hit {hit}: {expected[hit]}, found {found}.");
            }
        }

        return status;
    }

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    /// <summary>[row][codeBytes], as a column has them.</summary>
    public static byte[] Codes(Func<uint, uint> groupOf, int rowCount, int codeBytes)
    {
        byte[] codes = new byte[rowCount * codeBytes];
        Span<byte> code = stackalloc byte[sizeof(uint)];
        for (uint row = 0; row < rowCount; row++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(code, groupOf(row));
            code[..codeBytes].CopyTo(codes.AsSpan((int)row * codeBytes));
        }

        return codes;
    }

    private static float Sign(int query) => query % 2 == 0 ? 1 : -1;

    private float Canonical(int query, uint row) => CanonicalScore.Round((double)Sign(query) * _scores[row]);

    /// <summary>As a scan gives it: the canonical score is at most twice the error above it.</summary>
    private float Lower(int query, uint row, Random random)
    {
        float canonical = Canonical(query, row);
        float lower = (float)(canonical - (random.NextDouble() * Twice));
        while (lower + (double)Twice < canonical)
        {
            lower = MathF.BitIncrement(lower);
        }

        return Math.Min(lower, canonical);
    }

    private static float Score(ScoreKind kind, int row, int rowCount, Random random) => kind switch
    {
        ScoreKind.Random => random.NextSingle(),
        ScoreKind.AllEqual => 0.25f,
        ScoreKind.FewValues => random.Next(20) / 16f,
        ScoreKind.Ascending => (float)row / rowCount,
        ScoreKind.NearTies => 0.5f + (random.NextSingle() * 5e-4f),
        ScoreKind.Negative => -10 * random.NextSingle(),
        ScoreKind.Zero => random.Next(3) - 1,
        _ => row == 17 ? 1e9f : random.NextSingle() / 1000,
    };

    private DeviceBuffer<T> Own<T>(CudaContext context, params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = Own(new DeviceBuffer<T>(context, values.Length, "values of a case"));
        _stream.Upload(values, buffer.Slice());
        return buffer;
    }

    private DeviceBuffer<T> Own<T>(DeviceBuffer<T> buffer)
        where T : unmanaged
    {
        _owned.Add(buffer);
        return buffer;
    }
}
