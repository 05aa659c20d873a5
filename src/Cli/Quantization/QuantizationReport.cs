using Linr.Cli.Bench;
using Linr.Engine.Quantization;

namespace Linr.Cli.Quantization;

/// <summary>One run of `linr eval --quantization`.</summary>
/// <param name="Model">The model file's name, without folder and extension.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="Commit">The commit that the program was built from; null when it does not know.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="Result">The figures.</param>
internal sealed record QuantizationReport(
    string Model, BenchMachine Machine, string? Commit, string Command, QuantizationResult Result)
{
    /// <summary>The name of its files, without extension.</summary>
    public string FileName => $"quantization-{Model}";

    /// <summary>The size of an answer whose times tables and plots show: 100, or the nearest below.</summary>
    public int TimedK => Result.Ks.Where(k => k <= 100).DefaultIfEmpty(Result.Ks[0]).Max();
}
