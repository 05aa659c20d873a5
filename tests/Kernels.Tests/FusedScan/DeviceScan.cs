using Linr.Kernels.Scan;
using Linr.Cuda;

namespace Linr.Kernels.Tests;

/// <summary>All that a scan needs on a device: the table, a batch of queries, and what it writes.</summary>
internal sealed class DeviceScan : IDisposable
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly FusedScanCuda _op;
    private readonly ScanBoundsCuda _bounds;
    private readonly List<CudaOwner> _owners = [];
    private readonly DeviceBuffer<CudaScanTable> _table;
    private readonly DeviceBuffer<CudaScanBatch> _sampleBatch;
    private readonly DeviceBuffer<CudaScanBatch> _scanBatch;
    private readonly CudaScanBatch _sampleShape;
    private readonly CudaScanBatch _scanShape;
    private readonly DeviceBuffer<float> _sample;
    private readonly DeviceBuffer<float> _firstCuts;
    private readonly DeviceBuffer<float> _lowest;
    private readonly DeviceBuffer<float> _lastCuts;
    private readonly DeviceBuffer<uint> _cuts;
    private readonly DeviceBuffer<uint> _counts;
    private readonly DeviceBuffer<ulong> _words;
    private readonly DeviceBuffer<uint> _bases;
    private readonly DeviceBuffer<uint> _shifts;
    private readonly DeviceBuffer<CudaGroups>? _groups;
    private readonly DeviceBuffer<ulong>? _slots;
    private readonly int _queryCount;
    private readonly int _sampleRows;
    private readonly int _capacity;
    private readonly int _k;
    private readonly int _rowBytes;
    private readonly bool _isSpecial;

    public DeviceScan(
        CudaContext context,
        CudaStream stream,
        DeviceTable rows,
        float[] queries,
        int k,
        int sampleRows,
        int capacity,
        ulong[]? masks = null,
        uint[]? filters = null,
        uint[]? list = null,
        CudaGroups groups = default)
    {
        (_context, _stream, _k, _sampleRows, _capacity) = (context, stream, k, sampleRows, capacity);
        _queryCount = queries.Length / rows.Dim;
        _rowBytes = rows.RowBytes;
        _isSpecial = list is not null || !groups.IsNone
            || (rows.Element == CudaElement.Int8 && rows.Metric != ScanMetric.Dot);
        _op = new FusedScanCuda(context, rows.Element);
        _bounds = new ScanBoundsCuda(context);
        int queryBytes = PackedQueries.BytesPerQuery(rows.Dim, rows.Element);
        byte[] bytes = new byte[_queryCount * queryBytes];
        float[] factors = new float[_queryCount];
        float[] offsets = new float[_queryCount];
        Errors = new float[_queryCount];
        new PackedQueries { Bytes = bytes, Factors = factors, Offsets = offsets, Errors = Errors }
            .Pack(queries, rows.Dim, rows.Element, rows.Metric, rows.NormMax);
        _table = Put([rows.Table]);
        _sample = New<float>((long)_queryCount * sampleRows);
        _firstCuts = New<float>(_queryCount);
        _lastCuts = New<float>(_queryCount);
        _lowest = Put(Enumerable.Repeat(float.NegativeInfinity, _queryCount).ToArray());
        _cuts = Put(new uint[_queryCount]);
        _counts = New<uint>(_queryCount);
        _words = New<ulong>((long)_queryCount * capacity);
        _bases = New<uint>(_queryCount);
        _shifts = New<uint>(_queryCount);
        _scanShape = new CudaScanBatch
        {
            Queries = Put(bytes).Slice(),
            Originals = Put(queries).Slice(),
            Errors = Put(Errors).Slice(),
            Offsets = Put(offsets).Slice(),
            Factors = Put(factors).Slice(),
            Cuts = _cuts.Slice(),
            Counts = _counts.Slice(),
            Words = _words.Slice(),
            Levels = New<uint>((long)_queryCount * FusedScan.LevelStride).Slice(),
            LevelBases = _bases.Slice(),
            LevelShifts = _shifts.Slice(),
            Masks = masks is null ? default : Put(WholeTiles(masks, rows.RowCount)).Slice(),
            Filters = masks is null ? default : Put(filters!).Slice(),
            MaskWords = FusedScan.MaskWords(rows.RowCount),
            List = list is null ? default : Put(list).Slice(),
            ListCount = list is null ? default : Put([(uint)list.Length]).Slice(),
            QueryCount = _queryCount,
            QueryBytes = queryBytes,
            Capacity = capacity,
            K = k,
            Groups = groups,
        };
        if (!groups.IsNone)
        {
            int slotCount = FusedScan.GroupSlots(k);
            _groups = Put([groups]);
            _slots = New<ulong>((long)_queryCount * slotCount);
            (_scanShape.Slots, _scanShape.SlotCount) = (_slots.Slice(), slotCount);
        }

        _sampleShape = _scanShape;
        _sampleShape.Sample = _sample.Slice();
        _sampleShape.SampleRows = sampleRows;
        _sampleShape.SampleStride = sampleRows;
        _sampleBatch = Put([_sampleShape]);
        _scanBatch = Put([_scanShape]);
    }

    public float[] Errors { get; }

    /// <summary>The k-th best of the sample, on the host, less the error.</summary>
    public void SetFirstCuts()
    {
        // Scores of another batch: what is left of them would raise a cut too far.
        _stream.EnqueueFill(_sample.Slice(), 1e9f);
        EnqueueSample();
        float[] scores = new float[_sample.Length];
        _stream.Download(_sample.Slice(), scores);
        float[] cuts = new float[_queryCount];
        for (int q = 0; q < _queryCount; q++)
        {
            float[] own = [.. scores.AsSpan(q * _sampleRows, _sampleRows).ToArray().OrderDescending()];
            float best = own.Length < _k ? float.NegativeInfinity : own[_k - 1];
            cuts[q] = best - Errors[q];
        }

        _stream.Upload<float>(cuts, _firstCuts.Slice());
    }

    public void EnqueueSample()
        => _op.Launch(_stream, _table.Slice(), _sampleBatch.Slice(), _sampleShape, _rowBytes, isSpecial: true);

    public void EnqueueBegin()
        => _bounds.Begin(_stream, _sampleBatch.Slice(), _firstCuts.Slice(), _lowest.Slice(), _bases.Slice(), _shifts.Slice());

    public void EnqueueScan()
    {
        _op.Launch(_stream, _table.Slice(), _scanBatch.Slice(), _scanShape, _rowBytes, _isSpecial);
        _bounds.End(_stream, _scanBatch.Slice(), _lastCuts.Slice());
    }

    /// <summary>Sample, begin and scan.</summary>
    public void Run()
    {
        SetFirstCuts();
        EnqueueBegin();
        EnqueueScan();
        _stream.Synchronize();
    }

    /// <summary>The same with a cap on groups.</summary>
    public void RunGroups()
    {
        EnqueueSample();
        _stream.EnqueueZero(_slots!.Slice());
        _bounds.BeginGroups(
            _stream,
            _sampleBatch.Slice(),
            _table.Slice().Cast<uint>().Slice(CudaScanTable.RowCountPlace, 1),
            FusedScanCuda.TileRows(CudaElement.Float32, _queryCount),
            _lowest.Slice(),
            _bases.Slice(),
            _shifts.Slice());
        _op.Launch(_stream, _table.Slice(), _scanBatch.Slice(), _scanShape, _rowBytes, _isSpecial);
        _bounds.EndGroups(_stream, _scanBatch.Slice(), _lastCuts.Slice());
        _stream.Synchronize();
    }

    /// <summary>What the finish reads.</summary>
    public TopKInput ToFinish(DeviceSlice<CudaScoreSegment> segments, DeviceSlice<float> twice)
        => new(_words.Slice(), _counts.Slice(), _lastCuts.Slice(), twice, segments, default) { Groups = _groups!.Slice() };

    public uint[] Counts()
    {
        uint[] counts = new uint[_queryCount];
        _stream.Download(_counts.Slice(), counts);
        return counts;
    }

    public float[] Cuts()
    {
        float[] cuts = new float[_queryCount];
        _stream.Download(_lastCuts.Slice(), cuts);
        return cuts;
    }

    public ulong[] Survivors(int query)
    {
        ulong[] words = new ulong[Math.Min(_capacity, Counts()[query])];
        _stream.Download(_words.Slice((long)query * _capacity, words.Length), words);
        return words;
    }

    /// <summary>Masks of as few words as hold the rows, as the device has them; bits past the last row are set.</summary>
    private static ulong[] WholeTiles(ulong[] masks, int rowCount)
    {
        int words = (rowCount + 63) / 64;
        int stride = (int)FusedScan.MaskWords(rowCount);
        ulong[] whole = new ulong[masks.Length / words * stride];
        whole.AsSpan().Fill(ulong.MaxValue);
        for (int filter = 0; filter < masks.Length / words; filter++)
        {
            masks.AsSpan(filter * words, words).CopyTo(whole.AsSpan(filter * stride));
        }

        return whole;
    }

    public void Dispose()
    {
        _owners.ForEach(owner => owner.Dispose());
        _op.Dispose();
        _bounds.Dispose();
    }

    private DeviceBuffer<T> New<T>(long length)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = new(_context, length, "of a scan");
        _owners.Add(buffer);
        return buffer;
    }

    private DeviceBuffer<T> Put<T>(T[] values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = New<T>(values.Length);
        _stream.Upload<T>(values, buffer.Slice());
        return buffer;
    }
}
