using Linr.Cuda;

namespace Linr.Bench.Device;

/// <summary>Runs what the options ask for, one table after the other.</summary>
internal sealed class DeviceBench(BenchOptions options, TextWriter log)
{
    private readonly List<DeviceFigure> _figures = [];
    private readonly List<EngineFigure> _engineFigures = [];
    private readonly List<HostRowsFigure> _hostRows = [];
    private readonly List<double> _readRates = [];

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    /// <exception cref="CudaException">The device has too little memory, or failed.</exception>
    public DeviceReport Run(string command, CancellationToken cancellation)
    {
        CudaDevice device = CudaDevice.Get(0);
        log.WriteLine($"{device}, {DeviceReport.DriverName()}");
        using (var context = new CudaContext(device))
        {
            foreach (CaseTable table in Enum.GetValues<CaseTable>())
            {
                RunTable(context, table, cancellation);
            }
        }

        PeerResult? peer = null;
        if (options.PeerSeconds > 0)
        {
            peer = PeerScript.Run(PeerScript.Own, options, out string? reason);
            log.WriteLine(reason is null ? $"peer: {peer!.Name}" : $"The peer did not run to its end: {reason}");
        }

        return new DeviceReport(
            device.Name,
            DeviceReport.DriverName(),
            DeviceReport.CommitOfProgram(),
            command,
            TimeProvider.System.GetUtcNow().UtcDateTime,
            options.Dim,
            options.Passes,
            _readRates.Count == 0 ? 0 : Quantiles.Median(_readRates) / 1e12,
            _figures,
            _engineFigures,
            _hostRows,
            peer);
    }

    private void RunTable(CudaContext context, CaseTable table, CancellationToken cancellation)
    {
        DeviceCase[] cases = [.. options.Cases.Where(one => one.Table == table)];
        if (cases.Length == 0)
        {
            return;
        }

        using var rows = new RandomRows(
            context,
            BenchOptions.ElementOf(table),
            options.RowsOf(table),
            options.DimOf(table),
            options.Seed,
            cases.Any(one => one.Filter != CaseFilter.None),
            cases.Any(one => one.KeepShare > 0) ? BenchOptions.CodeBitsOf(table) : 0,
            table == CaseTable.Clustered ? BenchOptions.Clusters : 0);
        log.WriteLine(FormattableString.Invariant(
            $"{table}: {rows.Table.RowCount:N0} rows, {context.Device.TotalBytes - context.FreeBytes:N0} bytes of the device in use"));
        using var runner = new CaseRunner(rows, options.Passes, options.Checks);
        foreach (DeviceCase one in cases)
        {
            foreach ((int batch, double? goalMs) in one.Goals.Where(goal => goal.Batch <= options.BatchMax))
            {
                DeviceFigure figure = one.LeavesRows
                    ? runner.RunLeft(one, options.Goal(one, goalMs))
                    : runner.Run(one, batch, options.Goal(one, goalMs), cancellation);
                _figures.Add(figure);
                log.WriteLine(FormattableString.Invariant(
                    $"{one.Name}, batch {batch}: {figure.MedianMs:F3} ms (p95 {figure.P95Ms:F3}, copies ")
                    + FormattableString.Invariant($"{figure.CopiesMs:F3}, caller {figure.HostMs:F3}), ")
                    + FormattableString.Invariant($"{figure.TerabytesPerSecond:F2} TB/s, ")
                    + FormattableString.Invariant($"{figure.QueriesChecked} answers right")
                    + (figure.Recall is { } recall
                        ? FormattableString.Invariant($", recall {recall:F4} of {figure.RowsKept:N0} rows kept")
                        : string.Empty));
            }
        }

        _readRates.Add(runner.ReadBytesPerSecond);
        if (table == CaseTable.Usual && options.EngineSeconds > 0)
        {
            RunEngine(rows);
        }

        if (table == CaseTable.Usual && options.HostRows)
        {
            RunHostRows(rows);
        }
    }

    private void RunHostRows(RandomRows rows)
    {
        foreach (HostRowsFigure figure in new HostRowsBench(rows, options.Passes).Run())
        {
            _hostRows.Add(figure);
            log.WriteLine(FormattableString.Invariant(
                $"rows on the host, batch {figure.Batch}, top {figure.K:N0}: {figure.MedianMs:F3} ms ")
                + FormattableString.Invariant($"(p95 {figure.P95Ms:F3}), {figure.RowsRescored:N0} rows looked at, ")
                + FormattableString.Invariant($"{figure.DeviceBytes:N0} bytes; ")
                + FormattableString.Invariant($"on the device {figure.WholeMs:F3} ms, {figure.WholeBytes:N0} bytes"));
        }
    }

    private void RunEngine(RandomRows rows)
    {
        using var bench = new EngineBench(rows, options.BatchMax);
        foreach (EngineFigure figure in bench.Run(options.EngineSeconds))
        {
            _engineFigures.Add(figure);
            log.WriteLine(FormattableString.Invariant(
                $"engine, {figure.Callers} callers, {figure.ConcurrentBatches} batches at once: ")
                + FormattableString.Invariant($"{figure.QueriesPerSecond:N0} queries/s, {figure.MedianMs:F3} ms ")
                + FormattableString.Invariant($"(p95 {figure.P95Ms:F3}), batches of {figure.MeanBatch:F1}"));
        }
    }
}
