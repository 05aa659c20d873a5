using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Filter;

namespace Linr.Bench.Device;

/// <summary>
/// Geo, company and title of every row, each value as likely as any: on the device, and one by one here.
/// </summary>
internal sealed class RandomAttributes : IDisposable
{
    public const int GeoCount = 200;
    public const int CompanyCount = 100_000;
    public const int TitleCount = 366;

    /// <summary>Geos in a filter: 11 % of them.</summary>
    public const int GeosPassed = 22;

    /// <summary>Bytes a row.</summary>
    public const int RowBytes = sizeof(byte) + sizeof(uint) + sizeof(ushort);

    private const long WordRows = 64;

    private readonly ulong _seed;
    private readonly DeviceBuffer<byte> _geos;
    private readonly DeviceBuffer<uint> _companies;
    private readonly DeviceBuffer<ushort> _titles;

    public RandomAttributes(CudaContext context, RandomTableCuda random, CudaStream stream, long rows, ulong seed)
    {
        _seed = seed;
        long length = (rows + WordRows - 1) / WordRows * WordRows;
        _geos = new DeviceBuffer<byte>(context, length, "geo");
        _companies = new DeviceBuffer<uint>(context, length, "company");
        _titles = new DeviceBuffer<ushort>(context, length, "title");
        random.LaunchCodes(stream, _geos.Slice(), GeoCount, seed + 1);
        random.LaunchCodes(stream, _companies.Slice(), CompanyCount, seed + 2);
        random.LaunchCodes(stream, _titles.Slice(), TitleCount, seed + 3);
    }

    /// <summary>[column of a plan] its number in the table.</summary>
    public static int[] Columns { get; } = [0, 1, 2];

    /// <summary>As the table takes them.</summary>
    public CudaFilterColumn[] OnDevice =>
    [
        CudaFilterColumn.SingleValued(ColumnElement.Code8, _geos.Slice(), default),
        CudaFilterColumn.SingleValued(ColumnElement.Code32, _companies.Slice().Cast<byte>(), default),
        CudaFilterColumn.SingleValued(ColumnElement.Code16, _titles.Slice().Cast<byte>(), default),
    ];

    public uint Geo(long row) => RandomTable.Code(_seed + 1, row, GeoCount);

    public uint Company(long row) => RandomTable.Code(_seed + 2, row, CompanyCount);

    public uint Title(long row) => RandomTable.Code(_seed + 3, row, TitleCount);

    public void Dispose()
    {
        _geos.Dispose();
        _companies.Dispose();
        _titles.Dispose();
    }
}
