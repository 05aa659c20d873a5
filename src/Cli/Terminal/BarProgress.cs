using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>Moves a bar at each report: <see cref="Progress{T}"/> reports on another thread, and late.</summary>
internal sealed class BarProgress(ProgressTask bar) : IProgress<double>
{
    public void Report(double value) => bar.Value = value;
}
