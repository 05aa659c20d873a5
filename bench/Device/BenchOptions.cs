using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>What is measured.</summary>
internal sealed record BenchOptions
{
    /// <summary>The sizes of the published table.</summary>
    public const long UsualRows = 15_500_000;

    public const long UsualLargeRows = 240_000_000;
    public const long UsualCodeRows = 1_000_000_000;

    /// <summary>Bits of a code.</summary>
    public const int CodeBits = 64;
    public const int UsualDim = 128;

    /// <summary>Bits of a code that chooses rows of halves.</summary>
    public const int ChoosingBits = 512;

    /// <summary>Clusters of rows that lie in some.</summary>
    public const uint Clusters = 4_096;

    /// <summary>Numbers of the many 8-bit rows.</summary>
    public const int ManyDim = 64;

    public required IReadOnlyList<DeviceCase> Cases { get; init; }

    public required long Rows { get; init; }

    public required long LargeRows { get; init; }

    public required long CodeRows { get; init; }

    public required int Dim { get; init; }

    public required int BatchMax { get; init; }

    public required int Passes { get; init; }

    /// <summary>Queries of each case and batch whose whole answers are checked.</summary>
    public required int Checks { get; init; }

    /// <summary>How long each closed loop through the engine runs; zero: none does.</summary>
    public required double EngineSeconds { get; init; }

    /// <summary>Whether searches of rows that stay on the host are measured too.</summary>
    public required bool HostRows { get; init; }

    /// <summary>The peer starts no measurement later than this; zero: it does not run.</summary>
    public required double PeerSeconds { get; init; }

    public required string Folder { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The figure to reach; none for other shapes than the published ones.</summary>
    public double? Goal(DeviceCase one, double? goalMs)
        => (DimOf(one.Table) == UsualDim || one.Table is CaseTable.Codes or CaseTable.ManyInt8)
            && RowsOf(one.Table) == UsualRowsOf(one.Table)
            ? goalMs
            : null;

    public long RowsOf(CaseTable table) => table switch
    {
        CaseTable.Large => LargeRows,
        CaseTable.Codes or CaseTable.ManyInt8 => CodeRows,
        _ => Rows,
    };

    /// <summary>Elements of a row, or bits.</summary>
    public int DimOf(CaseTable table) => table switch
    {
        CaseTable.Codes => CodeBits,
        CaseTable.ManyInt8 => ManyDim,
        _ => Dim,
    };

    /// <summary>Bits of the codes beside rows; 0: there are none.</summary>
    public static int CodeBitsOf(CaseTable table) => table switch
    {
        CaseTable.ManyInt8 => CodeBits,
        CaseTable.Clustered or CaseTable.Scattered => ChoosingBits,
        _ => 0,
    };

    /// <summary>What rows are made of.</summary>
    public static CudaElement ElementOf(CaseTable table) => table switch
    {
        CaseTable.Codes => CudaElement.SignCode,
        CaseTable.Int8 or CaseTable.ManyInt8 => CudaElement.Int8,
        _ => CudaElement.Float16,
    };

    private static long UsualRowsOf(CaseTable table) => table switch
    {
        CaseTable.Large => UsualLargeRows,
        CaseTable.Codes or CaseTable.ManyInt8 => UsualCodeRows,
        _ => UsualRows,
    };
}
