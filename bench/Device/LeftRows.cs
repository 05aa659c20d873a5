using Linr.Cuda;
using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>
/// The best rows by codes, which stay on the device: a mask, how many agree in how many bits, and a list of rows.
/// </summary>
internal sealed class LeftRows : IDisposable
{
    private const int QuerySets = 4;

    private readonly RandomRows _rows;
    private readonly int _bits;
    private readonly CodeSelectCuda _op;
    private readonly CudaStream _stream;
    private readonly CudaEvent[] _marks;
    private readonly DeviceBuffer<CudaScanTable> _table;
    private readonly DeviceBuffer<CudaCodeChoice> _choices;
    private readonly DeviceBuffer<byte> _queries;
    private readonly DeviceBuffer<ulong> _mask;
    private readonly DeviceBuffer<ulong> _levels;
    private readonly DeviceBuffer<ulong> _count;
    private readonly DeviceBuffer<uint> _list;
    private readonly DeviceBuffer<uint> _listCount;
    private readonly DeviceBuffer<byte> _scratch;
    private readonly PinnedBuffer<uint> _copy;
    private int _set;

    public LeftRows(RandomRows rows, double share)
    {
        _rows = rows;
        CudaTable table = rows.Table;
        CudaEmbedding codes = table.Embeddings[0];
        _bits = codes.Dim;
        Wanted = CodeSelect.Wanted(share, 0, 1, table.RowCount);
        long words = FusedScan.MaskWords(table.RowCount);
        CudaContext context = table.Context;
        _op = new CodeSelectCuda(context);
        _stream = new CudaStream(context, "rows left");
        _marks = [.. Enumerable.Range(0, 4).Select(i => new CudaEvent(context, $"mark {i} of rows left"))];
        _table = new DeviceBuffer<CudaScanTable>(context, 1, "table of rows left");
        _choices = new DeviceBuffer<CudaCodeChoice>(context, QuerySets, "choices of rows left");
        _queries = new DeviceBuffer<byte>(context, QuerySets * QueryBytes, "queries of rows left");
        _mask = new DeviceBuffer<ulong>(context, words, "mask of rows left");
        _levels = new DeviceBuffer<ulong>(context, _bits + 1, "levels of rows left");
        _count = new DeviceBuffer<ulong>(context, 1, "count of rows left");
        _list = new DeviceBuffer<uint>(context, Wanted, "list of rows left");
        _listCount = new DeviceBuffer<uint>(context, 1, "length of the list of rows left");
        _scratch = new DeviceBuffer<byte>(context, CodeSelectCuda.ScratchBytes(1, table.RowCount), "scratch of rows left");
        _copy = new PinnedBuffer<uint>(context, Wanted, "copy of rows left");
        byte[] packed = new byte[QuerySets * QueryBytes];
        PackedQueries.PackCodes(rows.Queries(0, QuerySets), _bits, QueryBytes, packed);
        _stream.Upload<byte>(packed, _queries.Slice());
        _stream.Upload<CudaScanTable>(
            [new CudaScanTable(codes.Metric, codes.Rows, codes.RowBytes, codes.Dim, default, table.RowCount, default)],
            _table.Slice());
        _stream.Upload<CudaCodeChoice>(
            [
                .. Enumerable.Range(0, QuerySets).Select(set => new CudaCodeChoice
                {
                    Query = _queries.Slice(set * QueryBytes, QueryBytes),
                    Kept = _mask.Slice(),
                    Count = _count.Slice(),
                    Levels = _levels.Slice(),
                    Order = table.Order,
                    Wanted = Wanted,
                    IsUsed = true,
                }),
            ],
            _choices.Slice());
    }

    /// <summary>Rows that are kept.</summary>
    public long Wanted { get; }

    private int QueryBytes => PackedQueries.BytesPerQuery(_bits, CudaElement.SignCode);

    /// <summary>Runs it once; what the choice took, the list of its rows, and its copy to the host.</summary>
    public (double ChoiceMs, double ListMs, double CopyMs) Run(int pass)
    {
        _set = pass % QuerySets;
        _marks[0].Record(_stream);
        _op.Launch(_stream, _table.Slice(), _bits / 8, _choices.Slice(_set, 1), _mask.Length, _scratch.Slice());
        _marks[1].Record(_stream);
        _op.List(_stream, _mask.Slice(), _list.Slice(), _listCount.Slice());
        _marks[2].Record(_stream);
        _stream.EnqueueDownload(_list.Slice(), _copy.Slice());
        _marks[3].Record(_stream);
        _marks[3].Synchronize();
        return (_marks[1].MsSince(_marks[0]), _marks[2].MsSince(_marks[1]), _marks[3].MsSince(_marks[2]));
    }

    /// <summary>Compares the last choice with the scores of all rows.</summary>
    /// <returns>How many choices were compared.</returns>
    /// <exception cref="InvalidDataException">It is wrong.</exception>
    public int Check()
    {
        var mask = new ulong[_mask.Length];
        _stream.Download(_mask.Slice(), mask);
        var levels = new ulong[_levels.Length];
        _stream.Download(_levels.Slice(), levels);
        var listCount = new uint[1];
        _stream.Download(_listCount.Slice(), listCount);
        using var check = new AnswerCheck(_rows);
        check.CheckKept(_rows.Queries(_set, 1), Wanted, mask, levels);
        AnswerCheck.Expect(listCount[0] == Wanted, $"{Wanted} rows listed", $"{listCount[0]}");
        foreach (uint row in _copy.Span)
        {
            ulong bit = 1UL << (int)(row % 64);
            AnswerCheck.Expect((mask[row / 64] & bit) != 0, "rows of the mask, each once", $"row {row}");
            mask[row / 64] ^= bit;
        }

        return 1;
    }

    public void Dispose()
    {
        _copy.Dispose();
        _scratch.Dispose();
        _listCount.Dispose();
        _list.Dispose();
        _count.Dispose();
        _levels.Dispose();
        _mask.Dispose();
        _queries.Dispose();
        _choices.Dispose();
        _table.Dispose();
        foreach (CudaEvent mark in _marks)
        {
            mark.Dispose();
        }

        _stream.Dispose();
        _op.Dispose();
    }
}
