using System.Reflection;
using System.Runtime.InteropServices;

namespace Linr.Cli.Bench;

/// <summary>What a benchmark ran on.</summary>
/// <param name="Processor">Its name, or its architecture where the system does not say.</param>
/// <param name="Processors">How many this process may use.</param>
/// <param name="InstructionSet">The vector instructions of the kernels.</param>
/// <param name="Runtime">The .NET version.</param>
internal sealed record BenchMachine(string Processor, int Processors, string InstructionSet, string Runtime)
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    public static BenchMachine This { get; } = new(
        ProcessorName() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Kernels.InstructionSet.Name,
        RuntimeInformation.FrameworkDescription);

    /// <summary>The commit in the program's version, or null.</summary>
    public static string? Commit()
    {
        string version = typeof(BenchMachine).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty;
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? null : version[(plus + 1)..];
    }

    private static string? ProcessorName()
        => !File.Exists(ProcessorFile)
            ? null
            : File.ReadLines(ProcessorFile)
                .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
                .FirstOrDefault();
}
