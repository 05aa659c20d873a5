using System.Text.Encodings.Web;
using System.Text.Json;

namespace Linr.Ingest.Internal;

/// <summary>
/// Records that no change could be made of, a JSON object a line. They are on the disk before the position moves behind
/// them; after a crash one may be there twice.
/// </summary>
internal sealed class DeadLetterFile : IDisposable
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public DeadLetterFile(string path, TimeProvider time)
    {
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        _time = time;
    }

    /// <summary>Adds records, and syncs them to the disk.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Add(string source, IEnumerable<PoisonRecord> records)
    {
        lock (_lock)
        {
            foreach (PoisonRecord record in records)
            {
                using (var json = new Utf8JsonWriter(_file, s_options))
                {
                    json.WriteStartObject();
                    json.WriteString("at", _time.GetUtcNow());
                    json.WriteString("source", source);
                    json.WriteString("place", record.Place);
                    json.WriteString("error", record.Error);
                    json.WriteString("record", record.Record);
                    json.WriteEndObject();
                }

                _file.WriteByte((byte)'\n');
            }

            _file.Flush(flushToDisk: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
