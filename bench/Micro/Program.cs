using BenchmarkDotNet.Running;
using Linr.Bench.Micro;

if (args is ["filtered-scan", .. string[] rest])
{
    FilteredScanMatrix.Run(rest);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
