using System.Collections;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>
/// Nothing of the contract is left out: a field that is added to a message fails here until the client has it.
/// </summary>
public sealed class ClientWireTests
{
    [Fact]
    public void A_search_with_everything_sets_every_field_of_the_contract()
    {
        var filter = new Filter(new FilterForm("f", IsJson: false), prepared: null);
        var request = new SearchRequest
        {
            Model = "m",
            Embeddings = [new EmbeddingQuery(new float[] { 1 }, "e", 2)],
            History = [1],
            Features = new Dictionary<string, IReadOnlyList<Value>> { ["f"] = ["x"] },
            Items = ["a"],
            Filter = filter.With("p", 1),
            K = 3,
            ScoreMin = 0.5f,
            GroupBy = new GroupBy("g", 2),
            Diversity = new Diversity(0.5f, 50),
            Similarity = "s",
            FirstStage = 9,
            RankBy = new RankBy("r", 8) { Weights = new Dictionary<string, double> { ["t"] = 2 } },
            Approximation = new Approximation
            {
                By = ScoreSource.Codes,
                Rescores = false,
                RescoresFrom = ScoreSource.Copy,
                KeepShare = 0.5,
                KeepCount = 7,
                IsAsymmetric = true,
            },
            CheckExact = true,
            IncludeSeen = true,
            Fields = ["f"],
            RoutingKey = "k",
            Timeout = TimeSpan.FromSeconds(2),
        };
        Assert.All(
            typeof(SearchRequest).GetProperties().Where(one => one.Name is not ("After" or "ReadYourWrites")),
            property => Assert.False(IsEmpty(property.GetValue(request)), property.Name));
        V1.SearchRequest written = SearchWire.Write(request, after: "1:2", asForm: false);
        Assert.Empty(Unset(written));
        Assert.Equal(written, V1.SearchRequest.Parser.ParseFrom(written.ToByteArray()));
        Assert.Equal(2_000, written.TimeoutMs);
    }

    [Fact]
    public void An_answer_with_everything_is_read_into_every_property()
    {
        V1.SearchResponse response = Filled<V1.SearchResponse>();
        SearchResponse read = AnswerWire.Read(response);
        Assert.All(
            read.GetType().GetProperties(), one => Assert.False(IsEmpty(one.GetValue(read)), one.Name));
        Assert.All(
            read.Hits[0].GetType().GetProperties(),
            one => Assert.False(IsEmpty(one.GetValue(read.Hits[0])), one.Name));
        Assert.Equal(CountOf(V1.SearchResponse.Descriptor), read.GetType().GetProperties().Length);
        Assert.Equal(CountOf(V1.Hit.Descriptor), read.Hits[0].GetType().GetProperties().Length);
    }

    [Fact]
    public void A_model_with_everything_is_read_into_every_property()
    {
        ModelInfo read = ModelWire.Read(Filled<V1.ModelInfo>());
        object[] parts = [read, read.Versions[0], read.Canary!, read.Shadow!, read.Shadow!.Comparison!];
        MessageDescriptor[] messages =
        [
            V1.ModelInfo.Descriptor, V1.VersionInfo.Descriptor, V1.Canary.Descriptor, V1.Shadow.Descriptor,
            V1.ShadowComparison.Descriptor,
        ];
        Assert.All(
            parts.Zip(messages),
            one =>
            {
                PropertyInfo[] properties = one.First.GetType().GetProperties();
                Assert.Equal(CountOf(one.Second), properties.Length);
                Assert.All(properties, property => Assert.False(IsEmpty(property.GetValue(one.First)), property.Name));
            });
    }

    [Theory]
    [InlineData("http", 3)]
    [InlineData("http", -1)]
    public void A_date_keeps_its_microseconds(string text, int sign)
    {
        DateTimeOffset date = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(sign * 12_345_670L);
        var values = new V1.Values { Values_ = { ValueWire.Write(date), ValueWire.Write(text) } };
        var fields = new Google.Protobuf.Collections.MapField<string, V1.Values> { ["f"] = values };
        Assert.Equal([date, text], ValueWire.Read(fields)["f"]);
    }

    private static int CountOf(MessageDescriptor message) => message.Fields.InDeclarationOrder().Count;

    private static bool IsEmpty(object? value) => value switch
    {
        null or false => true,
        string text => text.Length == 0,
        IEnumerable many => !many.Cast<object>().Any(),
        IConvertible number => Convert.ToDouble(number, null) == 0,
        _ => false,
    };

    /// <summary>Names of all fields, at any depth, that a message leaves unset.</summary>
    private static IEnumerable<string> Unset(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Accessor.GetValue(message);
            bool isChoice = field.RealContainingOneof is not null;
            if (IsEmpty(value) && !isChoice)
            {
                yield return field.FullName;
            }

            IEnumerable<IMessage> inner = value switch
            {
                IMessage one => [one],
                IDictionary map => map.Values.OfType<IMessage>(),
                IEnumerable many and not string => many.OfType<IMessage>(),
                _ => [],
            };
            foreach (string name in inner.SelectMany(Unset))
            {
                yield return name;
            }
        }
    }

    /// <summary>A message of which every field is set, at any depth.</summary>
    private static T Filled<T>()
        where T : IMessage, new()
    {
        var message = new T();
        Fill(message);
        return message;
    }

    private static void Fill(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.RealContainingOneof is { } oneOf && oneOf.Fields[0] != field)
            {
                continue;
            }

            if (field.IsMap)
            {
                var map = (IDictionary)field.Accessor.GetValue(message);
                map.Add("key", Make(field.MessageType.FindFieldByNumber(2)));
            }
            else if (field.IsRepeated)
            {
                ((IList)field.Accessor.GetValue(message)).Add(Make(field));
            }
            else
            {
                field.Accessor.SetValue(message, Make(field));
            }
        }
    }

    private static object Make(FieldDescriptor field)
    {
        switch (field.FieldType)
        {
            case Google.Protobuf.Reflection.FieldType.Message:
                IMessage inner = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                Fill(inner);
                return inner;
            case Google.Protobuf.Reflection.FieldType.String:
                return "text";
            case Google.Protobuf.Reflection.FieldType.Bool:
                return true;
            case Google.Protobuf.Reflection.FieldType.Float:
                return 1.5f;
            case Google.Protobuf.Reflection.FieldType.Double:
                return 1.5;
            case Google.Protobuf.Reflection.FieldType.Int32:
                return 2;
            case Google.Protobuf.Reflection.FieldType.Int64:
                return 2L;
            case Google.Protobuf.Reflection.FieldType.Enum:
                return Enum.ToObject(field.EnumType.ClrType, 1);
            default:
                throw new NotSupportedException($"{field.FullName} is of type {field.FieldType}.");
        }
    }
}
