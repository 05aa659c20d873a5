using BenchmarkDotNet.Running;
using Linr.Bench.Micro;

(args, string? figures) = FigureFile.Parse(args);
if (args is ["filtered-scan", .. string[] rest])
{
    FilteredScanMatrix.Run(rest);
}
else if (args is ["log", _, ..])
{
    LogIngest.Run(args.AsSpan(1), figures);
}
else if (args is ["live", _, ..])
{
    LiveIngest.Run(args.AsSpan(1), figures);
}
else if (args is ["snapshot", _, ..])
{
    SnapshotMemory.Run(args.AsSpan(1), figures);
}
else if (args is ["start", _, ..])
{
    StoreStart.Run(args.AsSpan(1), figures);
}
else if (args is ["ingest", _, ..])
{
    FileIngest.Run(args.AsSpan(1), figures);
}
else if (args is ["postgres", _, _, ..])
{
    PostgresLatency.Run(args.AsSpan(1), figures);
}
else
{
    // For example: dotnet run -c Release --project bench/Micro -- --filter '*Layer*' --job short --inProcess
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
