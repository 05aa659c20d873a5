using System.Collections;
using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>
/// Geo, company and title of every row, each value as likely as any, and whether it is one of the worst: on the device,
/// and one by one here.
/// </summary>
internal sealed class RandomAttributes : IDisposable
{
    public const int GeoCount = 200;
    public const int CompanyCount = 100_000;
    public const int TitleCount = 366;

    /// <summary>Geos in a filter: 11 % of them.</summary>
    public const int GeosPassed = 22;

    /// <summary>The share of rows that are the worst.</summary>
    public const double WorstShare = 0.11;

    /// <summary>The code of the worst rows; others have none.</summary>
    public const uint WorstCode = 1;

    /// <summary>Bytes a row of geo, company and title.</summary>
    public const int RowBytes = sizeof(byte) + sizeof(uint) + sizeof(ushort);

    private const long WordRows = 64;

    private readonly ulong _seed;
    private readonly DeviceBuffer<byte> _geos;
    private readonly DeviceBuffer<uint> _companies;
    private readonly DeviceBuffer<ushort> _titles;
    private readonly DeviceBuffer<byte> _worst;
    private BitArray? _isWorst;

    public RandomAttributes(CudaContext context, RandomTableCuda random, CudaStream stream, long rows, ulong seed)
    {
        _seed = seed;
        long length = (rows + WordRows - 1) / WordRows * WordRows;
        _geos = new DeviceBuffer<byte>(context, length, "geo");
        _companies = new DeviceBuffer<uint>(context, length, "company");
        _titles = new DeviceBuffer<ushort>(context, length, "title");
        _worst = new DeviceBuffer<byte>(context, length, "worst");
        stream.EnqueueZero(_worst.Slice());
        random.LaunchCodes(stream, _geos.Slice(), GeoCount, seed + 1);
        random.LaunchCodes(stream, _companies.Slice(), CompanyCount, seed + 2);
        random.LaunchCodes(stream, _titles.Slice(), TitleCount, seed + 3);
    }

    /// <summary>[column of a plan] its number in the table.</summary>
    public static int[] Columns { get; } = [0, 1, 2, 3];

    /// <summary>As the table takes them.</summary>
    public CudaFilterColumn[] OnDevice =>
    [
        CudaFilterColumn.SingleValued(ColumnElement.Code8, _geos.Slice(), default),
        CudaFilterColumn.SingleValued(ColumnElement.Code32, _companies.Slice().Cast<byte>(), default),
        CudaFilterColumn.SingleValued(ColumnElement.Code16, _titles.Slice().Cast<byte>(), default),
        CudaFilterColumn.SingleValued(ColumnElement.Code8, _worst.Slice(), default),
    ];

    public uint Geo(long row) => RandomTable.Code(_seed + 1, row, GeoCount);

    public uint Company(long row) => RandomTable.Code(_seed + 2, row, CompanyCount);

    public uint Title(long row) => RandomTable.Code(_seed + 3, row, TitleCount);

    public bool IsWorst(long row) => _isWorst![(int)row];

    /// <summary>Marks the rows that score worst with a query, which takes a search for its opposite.</summary>
    public void MarkWorst(CudaTable table, ReadOnlySpan<float> query)
    {
        if (_isWorst is not null)
        {
            return;
        }

        using var search = new DeviceSearch(table.Context);
        using var workspace = new DeviceSearchWorkspace(table.Context);
        var opposite = new float[query.Length];
        TensorPrimitives.Negate(query, opposite);
        search.Search(
            new DeviceSearchRequest
            {
                Table = table,
                QueryCount = 1,
                Queries = opposite,
                K = (int)(WorstShare * table.RowCount),
            },
            workspace,
            CancellationToken.None);
        _isWorst = new BitArray((int)_worst.Length);
        var codes = new byte[_worst.Length];
        foreach (ScanHit hit in workspace.Hits(0))
        {
            _isWorst[(int)hit.Row] = true;
            codes[hit.Row] = (byte)WorstCode;
        }

        using var stream = new CudaStream(table.Context, "worst rows");
        stream.Upload<byte>(codes, _worst.Slice());
    }

    public void Dispose()
    {
        _worst.Dispose();
        _geos.Dispose();
        _companies.Dispose();
        _titles.Dispose();
    }
}
