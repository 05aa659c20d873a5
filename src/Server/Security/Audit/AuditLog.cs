using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Linr.Server.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Audit;

/// <summary>Keeps who changed what and who was refused: in a file, or in the server's log.</summary>
internal sealed partial class AuditLog : IDisposable
{
    // A line is read as text and as JSON, never as HTML; what could end it is escaped all the same.
    private static readonly EntryJson s_lines = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly ILogger<AuditLog> _log;
    private readonly AuditFile? _file;

    public AuditLog(IOptions<ServerOptions> options, ILogger<AuditLog> log)
    {
        _log = log;
        AuditOptions audit = options.Value.Audit;
        _file = audit.File is { } path ? new AuditFile(path, audit.FileBytesMax, audit.FilesMax) : null;
    }

    /// <summary>Adds a line. Where the file's disk fails the server's log has it.</summary>
    public void Write(AuditEntry entry)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, s_lines.AuditEntry);
        if (_file is null)
        {
            if (_log.IsEnabled(LogLevel.Information))
            {
                string line = Encoding.UTF8.GetString(json);
                LogEntry(line);
            }

            return;
        }

        try
        {
            _file.Write([.. json, (byte)'\n']);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string line = Encoding.UTF8.GetString(json);
            LogFailed(error.Message, line);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    [LoggerMessage(EventId = 321, Level = LogLevel.Information, Message = "{Entry}")]
    private partial void LogEntry(string entry);

    [LoggerMessage(EventId = 322, Level = LogLevel.Error, Message = "The audit file takes no line ({Problem}): {Entry}")]
    private partial void LogFailed(string problem, string entry);

    [JsonSerializable(typeof(AuditEntry))]
    private sealed partial class EntryJson : JsonSerializerContext;
}
