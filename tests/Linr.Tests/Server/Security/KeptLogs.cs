using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Linr.Tests.Server.Security;

/// <summary>Keeps every line that is logged, with its values and scopes' values, from trace on.</summary>
internal sealed class KeptLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines until now.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            lines.Enqueue($"{category} scope {Describe(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
            => lines.Enqueue(
                $"{logLevel} {category} {eventId.Id} {formatter(state, exception)} {Describe(state)} {exception}");

        private static string Describe<TState>(TState state)
            => state is IEnumerable<KeyValuePair<string, object?>> values
                ? string.Join(' ', values.Select(one => $"{one.Key}={one.Value}")) : $"{state}";
    }
}
