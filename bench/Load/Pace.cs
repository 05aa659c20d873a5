using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linr.Bench.Load;

/// <summary>
/// Says when each of many events is due: at a fixed rate, evenly or by chance (exponential times between, as of
/// independent callers). Whoever is late is not waited for.
/// </summary>
internal sealed partial class Pace
{
    private readonly double _ticksBetween;
    private readonly Random? _chance;
    private double _due;

    /// <param name="rate">Events a second.</param>
    /// <param name="chance">Draws the times between; null: they are even.</param>
    public Pace(double rate, Random? chance = null)
    {
        _ticksBetween = Stopwatch.Frequency / rate;
        _chance = chance;
        _due = Stopwatch.GetTimestamp();
    }

    /// <summary>Sleeps until the next event is due, if it is not already; its time, as a timestamp.</summary>
    public long WaitForNext()
    {
        _due += _chance is null ? _ticksBetween : -Math.Log(1 - _chance.NextDouble()) * _ticksBetween;
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), (long)_due);
        if (left > TimeSpan.Zero)
        {
            // The runtime's sleeps are of whole milliseconds, some requests'. It may end early by a signal.
            _ = SleepMicroseconds((uint)left.TotalMicroseconds);
        }

        return (long)_due;
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);
}
