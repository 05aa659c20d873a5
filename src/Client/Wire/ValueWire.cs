using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Field values as the contract has them.</summary>
internal static class ValueWire
{
    public static V1.Value Write(Value value) => value.Kind switch
    {
        ValueKind.Integer => new V1.Value { Integer = value.Integer },
        ValueKind.Number => new V1.Value { Number = value.Number },
        ValueKind.Boolean => new V1.Value { Boolean = value.Boolean },
        ValueKind.Date => new V1.Value { Date = Timestamp.FromDateTimeOffset(value.Date) },
        ValueKind.Bytes => new V1.Value { Bytes = UnsafeByteOperations.UnsafeWrap(value.Bytes) },
        _ => new V1.Value { Text = value.Text },
    };

    public static V1.Values Write(IEnumerable<Value> values)
    {
        var written = new V1.Values();
        foreach (Value value in values)
        {
            written.Values_.Add(Write(value));
        }

        return written;
    }

    public static void Write(
        IReadOnlyDictionary<string, IReadOnlyList<Value>> fields, MapField<string, V1.Values> written)
    {
        foreach ((string name, IReadOnlyList<Value> values) in fields)
        {
            written.Add(name, Write(values));
        }
    }

    public static IReadOnlyDictionary<string, IReadOnlyList<Value>> Read(MapField<string, V1.Values> fields)
    {
        var read = new Dictionary<string, IReadOnlyList<Value>>(fields.Count);
        foreach ((string name, V1.Values values) in fields)
        {
            var all = new Value[values.Values_.Count];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = Read(values.Values_[i]);
            }

            read.Add(name, all);
        }

        return read;
    }

    private static Value Read(V1.Value value) => value.ValueCase switch
    {
        V1.Value.ValueOneofCase.Text => Value.OfText(value.Text),
        V1.Value.ValueOneofCase.Integer => Value.OfInteger(value.Integer),
        V1.Value.ValueOneofCase.Number => Value.OfNumber(value.Number),
        V1.Value.ValueOneofCase.Boolean => Value.OfBoolean(value.Boolean),
        V1.Value.ValueOneofCase.Date => Value.OfDate(value.Date.ToDateTimeOffset()),
        V1.Value.ValueOneofCase.Bytes => Value.OfBytes(value.Bytes.ToByteArray()),
        _ => throw AnswerWire.Wrong("a value", value.ValueCase.ToString()),
    };
}
