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

    /// <summary>The peer starts no measurement later than this; zero: it does not run.</summary>
    public required double PeerSeconds { get; init; }

    public required string Folder { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The figure to reach; none for other shapes than the published ones.</summary>
    public double? Goal(DeviceCase one, double goalMs)
        => (Dim == UsualDim || one.Table == CaseTable.Codes) && RowsOf(one.Table) == UsualRowsOf(one.Table)
            ? goalMs
            : null;

    public long RowsOf(CaseTable table) => table switch
    {
        CaseTable.Large => LargeRows,
        CaseTable.Codes => CodeRows,
        _ => Rows,
    };

    private static long UsualRowsOf(CaseTable table) => table switch
    {
        CaseTable.Large => UsualLargeRows,
        CaseTable.Codes => UsualCodeRows,
        _ => UsualRows,
    };
}
