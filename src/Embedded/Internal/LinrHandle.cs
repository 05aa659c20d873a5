using System.Diagnostics;
using Linr.Engine;
using Microsoft.Extensions.Logging;

namespace Linr;

/// <summary>One registration: its options, and its index once it is open. The container disposes it.</summary>
/// <param name="options">Gives the options; it is made before they are checked.</param>
/// <param name="logger">Told what was opened.</param>
internal sealed partial class LinrHandle(Func<LinrOptions> options, ILogger logger) : IDisposable
{
    private readonly Lazy<LinrIndex> _index = new(() => Open(options(), logger));

    public bool OpensAtStart => options().OpensAtStart;

    public bool IsOpen => _index.IsValueCreated;

    public LinrIndex Index => _index.Value;

    public void Dispose()
    {
        if (IsOpen)
        {
            Index.Dispose();
        }
    }

    private static LinrIndex Open(LinrOptions options, ILogger logger)
    {
        long start = Stopwatch.GetTimestamp();
        var index = LinrIndex.Open(options);
        Retriever retriever = index.Retriever;
        LogOpened(
            logger, options.Path, index.ModelVersion, retriever.Engine, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (retriever.WhyNotCuda is { } reason)
        {
            LogNotOnDevice(logger, options.Path, reason);
        }

        return index;
    }

    [LoggerMessage(1, LogLevel.Information, "Opened {Path}: model version \"{Version}\" on {Engine}, in {Seconds:F3} s.")]
    private static partial void LogOpened(ILogger logger, string path, string version, string engine, double seconds);

    [LoggerMessage(2, LogLevel.Information, "{Path} is searched on the processor: {Reason}")]
    private static partial void LogNotOnDevice(ILogger logger, string path, string reason);
}
