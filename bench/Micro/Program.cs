using BenchmarkDotNet.Running;
using Linr.Bench.Micro;

if (args is ["filtered-scan", .. string[] rest])
{
    FilteredScanMatrix.Run(rest);
}
else
{
    // For example: dotnet run -c Release --project bench/Micro -- --filter '*Layer*' --job short --inProcess
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
