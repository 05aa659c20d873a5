using System.Buffers;
using System.Text.Json;

namespace Linr.Ingest.Kafka;

/// <summary>One of Debezium's envelopes.</summary>
/// <param name="Op">What was done: <c>c</c>, <c>r</c>, <c>u</c>, <c>d</c>, <c>t</c> or <c>m</c>.</param>
/// <param name="Before">The row before, as JSON; null where it is not said.</param>
/// <param name="After">The row after; null for none.</param>
/// <param name="IsPart">Whether the row after leaves out large values that did not change.</param>
/// <param name="Lsn">The row's place in the database's log; null where it is not said.</param>
/// <param name="CommittedAt">When it was committed; null where it is not said.</param>
internal sealed record DebeziumEnvelope(
    char Op,
    ReadOnlyMemory<byte>? Before,
    ReadOnlyMemory<byte>? After,
    bool IsPart,
    long? Lsn,
    DateTimeOffset? CommittedAt)
{
    // What Debezium writes for a large value that the database does not say again; in base64 where it is of bytes.
    private static readonly byte[][] s_unavailable =
    [
        "\"__debezium_unavailable_value\""u8.ToArray(),
        "[\"__debezium_unavailable_value\"]"u8.ToArray(),
        "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\""u8.ToArray(),
    ];

    /// <summary>Reads an envelope; null for one without a payload, which is a tombstone.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static DebeziumEnvelope? Read(ReadOnlyMemory<byte> json)
    {
        Dictionary<string, ReadOnlyMemory<byte>> outer = JsonProperties.Of(json);
        if (outer.ContainsKey("payload") && !outer.ContainsKey("op"))
        {
            if (!outer.TryGet("payload", out ReadOnlyMemory<byte> payload))
            {
                return null;
            }

            outer = JsonProperties.Of(payload);
        }

        if (!outer.TryGet("op", out ReadOnlyMemory<byte> op) || op.Length != 3
            || !"crudtm".Contains((char)op.Span[1], StringComparison.Ordinal))
        {
            throw new JsonException("Expected an envelope with \"op\", one of c, r, u, d, t and m.");
        }

        Dictionary<string, ReadOnlyMemory<byte>> source =
            outer.TryGet("source", out ReadOnlyMemory<byte> from) ? JsonProperties.Of(from) : [];
        long? milliseconds = source.FindInteger("ts_ms") ?? outer.FindInteger("ts_ms");
        ReadOnlyMemory<byte>? row = outer.TryGet("after", out ReadOnlyMemory<byte> after) ? after : null;
        bool isPart = false;
        if (row is { } whole && s_unavailable.Any(one => whole.Span.IndexOf(one) >= 0))
        {
            row = WithoutUnavailable(whole, out isPart);
        }

        return new DebeziumEnvelope(
            (char)op.Span[1],
            outer.TryGet("before", out ReadOnlyMemory<byte> before) ? before : null,
            row,
            isPart,
            source.FindInteger("lsn"),
            milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null);
    }

    private static ReadOnlyMemory<byte> WithoutUnavailable(ReadOnlyMemory<byte> row, out bool isPart)
    {
        isPart = false;
        var bytes = new ArrayBufferWriter<byte>(row.Length);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach ((string name, ReadOnlyMemory<byte> value) in JsonProperties.Of(row))
            {
                if (s_unavailable.Any(one => value.Span.SequenceEqual(one)))
                {
                    isPart = true;
                    continue;
                }

                json.WritePropertyName(name);
                json.WriteRawValue(value.Span);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }
}
