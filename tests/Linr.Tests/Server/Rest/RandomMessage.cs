using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Linr.Server.Rest.Json;
using ProtoType = Google.Protobuf.Reflection.FieldType;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

/// <summary>Random messages of the contract, of any type.</summary>
internal static class RandomMessage
{
    private const int ListMax = 4;
    private const int DepthMax = 6;

    private static readonly string[] s_texts =
    [
        "", "a", "it's", "\"\\\n\u0001", "\u00e9\u6f22", "\ud83d\ude00", "2026-01-02", "true", "5", "</script>", "NaN",
    ];

    private static readonly string[] s_json =
        ["{}", """{"attribute":"a","equals":"\u00e9"}""", """{"and":[{"not":{"exists":"b"}}]}"""];

    /// <summary>A message of a type that JSON can say: of a value's forms those that it keeps.</summary>
    public static IMessage Of(MessageDescriptor type, Random random, int depth = 0)
    {
        IMessage message = type.Parser.ParseFrom(ReadOnlySpan<byte>.Empty);
        switch (message)
        {
            case Timestamp time:
                time.MergeFrom(Timestamp.FromDateTime(new DateTime(
                    random.NextInt64(DateTime.MaxValue.Ticks), DateTimeKind.Utc)));
                break;
            case V1.Value value:
                Fill(value, random);
                break;
            default:
                FillFields(message, random, depth);
                break;
        }

        return message;
    }

    private static void Fill(V1.Value value, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                value.Text = Text(random);
                break;
            case 1:
                value.Integer = Long(random);
                break;
            case 2:
                value.Number = Double(random);
                break;
            default:
                value.Boolean = random.Next(2) == 0;
                break;
        }
    }

    private static void FillFields(IMessage message, Random random, int depth)
    {
        HashSet<FieldDescriptor> left = [.. message.Descriptor.Fields.InDeclarationOrder()];
        foreach (OneofDescriptor forms in message.Descriptor.Oneofs.Where(one => !one.IsSynthetic))
        {
            // An id and a parameter are nothing without one of their forms; of all forms one is given.
            bool isWhole = message is V1.ItemId or V1.Parameter;
            FieldDescriptor? kept = isWhole || random.Next(4) > 0
                ? forms.Fields[random.Next(forms.Fields.Count)] : null;
            left.ExceptWith(forms.Fields);
            if (kept is not null)
            {
                kept.Accessor.SetValue(message, Value(kept, random, depth));
            }
        }

        foreach (FieldDescriptor field in left.Where(_ => random.Next(3) > 0))
        {
            if (field.IsMap)
            {
                var map = (IDictionary)field.Accessor.GetValue(message);
                for (int i = random.Next(ListMax); i > 0 && depth < DepthMax; i--)
                {
                    map[Text(random)] = Value(field.MessageType.FindFieldByNumber(2), random, depth);
                }
            }
            else if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                for (int i = random.Next(ListMax); i > 0 && depth < DepthMax; i--)
                {
                    list.Add(Value(field, random, depth));
                }
            }
            else if (field.FieldType != ProtoType.Message || depth < DepthMax)
            {
                field.Accessor.SetValue(message, Value(field, random, depth));
            }
        }
    }

    private static object Value(FieldDescriptor field, Random random, int depth) => field.FieldType switch
    {
        ProtoType.Message => Of(field.MessageType, random, depth + 1),
        ProtoType.String => RawJson.Holds(field) ? s_json[random.Next(s_json.Length)] : Text(random),
        ProtoType.Bool => random.Next(2) == 0,
        ProtoType.Int32 => random.Next(int.MinValue, int.MaxValue),
        ProtoType.Int64 => Long(random),
        ProtoType.Float => (float)Double(random, 37),
        ProtoType.Double => Double(random),
        ProtoType.Enum => System.Enum.ToObject(
            field.EnumType.ClrType, field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Number),
        _ => throw new InvalidOperationException($"{field.FullName} is of a type that the tests do not know."),
    };

    private static string Text(Random random) => s_texts[random.Next(s_texts.Length)];

    private static long Long(Random random) => random.Next(4) switch
    {
        0 => long.MinValue,
        1 => long.MaxValue,
        _ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63),
    };

    private static double Double(Random random, int exponentMax = 300) => random.Next(4) switch
    {
        0 => random.Next(-9, 9),
        1 => -0.0,
        _ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-exponentMax, exponentMax)),
    };
}
