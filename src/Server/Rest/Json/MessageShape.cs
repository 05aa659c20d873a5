using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Linr.Server.Rest.Json;

/// <summary>The fields of a message under their JSON names, which are those of the contract.</summary>
internal sealed class MessageShape
{
    // A bit a field, of those that were seen.
    private const int FieldsMax = 64;
    private static readonly ConcurrentDictionary<MessageDescriptor, MessageShape> s_known = new();
    private readonly JsonEncodedText[] _names;

    private MessageShape(MessageDescriptor message)
    {
        Fields = [.. message.Fields.InDeclarationOrder()];
        _names = [.. Fields.Select(field => JsonEncodedText.Encode(field.Name))];
        if (Fields.Length > FieldsMax)
        {
            throw new UnreachableException($"{message.FullName} has more than {FieldsMax} fields.");
        }
    }

    /// <summary>In the order of the contract.</summary>
    public FieldDescriptor[] Fields { get; }

    /// <summary>The fields of a message.</summary>
    public static MessageShape Of(MessageDescriptor message)
        => s_known.GetOrAdd(message, static descriptor => new MessageShape(descriptor));

    /// <summary>The name of a field.</summary>
    public JsonEncodedText NameOf(int field) => _names[field];

    /// <summary>The field of a name; -1 where there is none.</summary>
    public int Find(string name) => Array.FindIndex(Fields, field => field.Name == name);

    /// <summary>The field whose name the reader is at, without escapes; -1 where there is none.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (reader.ValueTextEquals(_names[i].EncodedUtf8Bytes))
            {
                return i;
            }
        }

        return -1;
    }
}
