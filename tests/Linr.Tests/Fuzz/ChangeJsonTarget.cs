using System.Buffers;
using System.Text;
using Linr.Formats;
using Linr.Formats.Text;
using Linr.Ingest.Internal;

namespace Linr.Tests.Fuzz;

/// <summary>
/// Changes as lines of JSON, as sources of files and Kafka's topics read them; of a schema for each kind of id.
/// </summary>
internal sealed class ChangeJsonTarget : IFuzzTarget
{
    private static readonly Schema[] s_schemas = [.. Enum.GetValues<IdKind>().Select(MakeSchema)];

    private readonly JsonRecordSource[] _sources = new JsonRecordSource[s_schemas.Length];
    private readonly ItemChangeReader[] _readers = new ItemChangeReader[s_schemas.Length];
    private long _lines;

    public string Name => "change JSON";

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Utf8(
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "true", "1e400", "-0", "1.5e-400",
        "9223372036854775808",
        "\"$op\":\"update\"", "\"$op\":\"delete\"", "\"$version\":", "\"id\":", "\"Date\":\"2026-02-30\"",
        "\"Integers\":[", "\"v\":[1,2,3]",
        "\"v\":[1e39,0,0]", "\"Json\":{\"a\":[", "\"Bytes\":\"AA==\"", "\ufeff", "\xff", "\"x\":1,");

    public byte[] Make(Random random)
    {
        int kind = random.Next(s_schemas.Length);
        ItemChange change = RandomChange.Of(random, s_schemas[kind]);

        // Which schema reads it is said by its length.
        string line = ChangeText.Of(change, s_schemas[kind]);
        int bytes = Encoding.UTF8.GetByteCount(line);
        int spaces = (kind - (bytes % s_schemas.Length) + s_schemas.Length) % s_schemas.Length;
        return Encoding.UTF8.GetBytes(line + new string(' ', spaces));
    }

    /// <summary>A reader knows all columns that it has seen: a source has few, these lines many.</summary>
    public void Renew()
    {
        for (int kind = 0; kind < s_schemas.Length; kind++)
        {
            _sources[kind]?.Dispose();
            _sources[kind] = new JsonRecordSource("changes", "line");
            _readers[kind] = new ItemChangeReader(_sources[kind], new ItemOptions { Schema = s_schemas[kind] });
        }
    }

    public bool Parses(byte[] input)
    {
        int kind = input.Length % s_schemas.Length;
        ItemChange change;
        try
        {
            change = Read(kind, input);
        }
        catch (DataFormatException)
        {
            return false;
        }

        string line = ChangeText.Of(change, s_schemas[kind]);
        ItemChange again;
        try
        {
            again = Read(kind, Encoding.UTF8.GetBytes(line));
        }
        catch (DataFormatException error)
        {
            throw new FuzzFailureException($"what it is written as is no change: {line}: {error.Message}", error);
        }

        return Bytes(change).AsSpan().SequenceEqual(Bytes(again)) ? true
            : throw new FuzzFailureException(
                $"another change when it was written: {line}; then {ChangeText.Of(again, s_schemas[kind])}");
    }

    public void Dispose() => Array.ForEach(_sources, source => source?.Dispose());

    private static Schema MakeSchema(IdKind kind) => new()
    {
        IdKind = kind,
        Fields =
        [
            .. Enum.GetValues<FieldType>().SelectMany(type => new[]
            {
                new FieldSchema($"{type}", type, FieldRoles.Stored),
                new FieldSchema($"{type}s", type, FieldRoles.Stored, MultiValued: true),
            }),
        ],
        Embeddings = [new EmbeddingSchema("v", 3)],
    };

    private ItemChange Read(int kind, byte[] line)
    {
        _sources[kind].Set(line, ++_lines);
        _sources[kind].Read();
        return _readers[kind].Read();
    }

    // Of an upsert a field without values is one that it does not have.
    private static byte[] Bytes(ItemChange change)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ChangeCodec.Write(
            change.Kind != ChangeKind.Upsert ? change : ItemChange.Upsert(
                change.Item with { Fields = change.Item.Fields.Where(pair => pair.Value.Count > 0).ToDictionary() },
                change.Version),
            bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
