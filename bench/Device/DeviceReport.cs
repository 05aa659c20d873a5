using System.Reflection;
using Linr.Cuda;

namespace Linr.Bench.Device;

/// <summary>One run.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Driver">The driver's version, and the CUDA version that it has.</param>
/// <param name="Commit">The commit that the program was built from; null when it does not know.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="Date">When, UTC.</param>
/// <param name="Dim">Halves of a row.</param>
/// <param name="Passes">Timed searches of a case and batch.</param>
/// <param name="ReadTerabytesPerSecond">The read bandwidth measured in this run.</param>
/// <param name="Figures">A figure a case and batch.</param>
/// <param name="Engine">Figures of the engine's API; none where they were not asked for.</param>
/// <param name="HostRows">Figures of rows on the host; none where they were not asked for, or in older files.</param>
/// <param name="Peer">A peer in the same run, or null.</param>
internal sealed record DeviceReport(
    string Device,
    string Driver,
    string? Commit,
    string Command,
    DateTime Date,
    int Dim,
    int Passes,
    double ReadTerabytesPerSecond,
    IReadOnlyList<DeviceFigure> Figures,
    IReadOnlyList<EngineFigure> Engine,
    IReadOnlyList<HostRowsFigure>? HostRows,
    PeerResult? Peer)
{
    private const string DriverFile = "/proc/driver/nvidia/version";

    /// <summary>The driver of this machine.</summary>
    public static string DriverName()
    {
        string cuda = $"CUDA {CudaDriver.Version}";
        return File.Exists(DriverFile)
            ? File.ReadLines(DriverFile).First().Replace("NVRM version:", string.Empty, StringComparison.Ordinal).Trim()
                + ", " + cuda
            : cuda;
    }

    /// <summary>The commit in the program's version, or null.</summary>
    public static string? CommitOfProgram()
    {
        string version = typeof(DeviceReport).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty;
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? null : version[(plus + 1)..];
    }

    /// <summary>The peer's fastest figure for one of ours, or null.</summary>
    public PeerFigure? FastestPeer(DeviceFigure figure)
        => Peer?.Figures.Where(peer => peer.Case == figure.Case && peer.Batch == figure.Batch)
            .MinBy(peer => peer.MedianMs);
}
