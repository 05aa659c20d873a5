using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

public sealed class RestJsonTests
{
    public static TheoryData<string> Messages => [.. Descriptors().Select(message => message.FullName)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_field_of_every_message_comes_back(string name)
    {
        MessageDescriptor type = Descriptors().Single(one => one.FullName == name);
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            IMessage message = RandomMessage.Of(type, random);
            byte[] json = RestJson.Write(message);
            IMessage whole = type.Parser.ParseFrom(ReadOnlySpan<byte>.Empty);
            RestJson.Read(json, whole);
            Assert.True(message.Equals(whole), $"seed {seed}: {Encoding.UTF8.GetString(json)}");
            IMessage cut = type.Parser.ParseFrom(ReadOnlySpan<byte>.Empty);
            RestJson.Read(RestJson.Cut(json, random), cut);
            Assert.True(message.Equals(cut), $"seed {seed}, in pieces: {Encoding.UTF8.GetString(json)}");
        }
    }

    [Theory]
    [InlineData("7", 7L, null)]
    [InlineData("-9223372036854775808", long.MinValue, null)]
    [InlineData("9007199254740993", 9_007_199_254_740_993L, null)]
    [InlineData("\"m-1\"", 0L, "m-1")]
    public void An_id_is_a_text_or_an_integer_of_64_bits(string json, long integer, string? text)
    {
        var id = RestJson.Read<V1.ItemId>(Encoding.UTF8.GetBytes(json));
        Assert.Equal(text is null ? new V1.ItemId { Integer = integer } : new V1.ItemId { Text = text }, id);
    }

    [Fact]
    public void Values_may_be_one_alone_and_null_is_none()
    {
        var item = RestJson.Read<V1.Item>(
            """{"id": 1, "fields": {"a": 1, "b": [1.0, "x"], "c": null, "d": []}}"""u8.ToArray());
        Assert.Equal(1, Assert.Single(item.Fields["a"].Values_).Integer);
        Assert.Equal(
            [V1.Value.ValueOneofCase.Number, V1.Value.ValueOneofCase.Text],
            item.Fields["b"].Values_.Select(value => value.ValueCase));
        Assert.Empty(item.Fields["c"].Values_);
        Assert.Empty(item.Fields["d"].Values_);
    }

    [Fact]
    public void A_filter_is_a_text_or_has_a_form_and_parameters()
    {
        Assert.Equal(new V1.Filter { Text = "a = 1" }, RestJson.Read<V1.Filter>("\"a = 1\""u8.ToArray()));
        var filter = RestJson.Read<V1.Filter>("""
            {
              "json": {"attribute": "a", "equals": [1, {"deep": null}]},
              "parameters": {"one": 5, "many": ["x", 2], "seen": {"ids": ["m", 3]}}
            }
            """u8.ToArray());
        Assert.Equal("""{"attribute": "a", "equals": [1, {"deep": null}]}""", filter.Json);
        Assert.Equal(5, filter.Parameters["one"].Value.Integer);
        Assert.Equal(2, filter.Parameters["many"].List.Values_.Count);
        Assert.Equal(
            [new V1.ItemId { Text = "m" }, new V1.ItemId { Integer = 3 }], filter.Parameters["seen"].Ids.Ids);
    }

    [Theory]
    [InlineData("", "body", "expected JSON; line 1")]
    [InlineData("[]", "body", "expected an object; found a list.")]
    [InlineData("null", "body", "expected an object; found null.")]
    [InlineData("{\"k\": 1} x", "body", "expected JSON; line 1, byte 10")]
    [InlineData("{\"k\": 1,}", "body", "expected JSON; line 1")]
    [InlineData("{\"k\": 1.5}", "k", "expected an integer of 32 bits; found 1.5.")]
    [InlineData("{\"k\": 2147483648}", "k", "expected an integer of 32 bits; found 2147483648.")]
    [InlineData("{\"k\": \"5\"}", "k", "expected an integer of 32 bits; found \"5\".")]
    [InlineData("{\"k\": 1, \"k\": 2}", "k", "expected the field once; found 2.")]
    [InlineData("{\"topk\": 1}", "topk", "expected one of the fields model, embeddings")]
    [InlineData("{\"check_exact\": 1}", "check_exact", "expected true or false; found 1.")]
    [InlineData("{\"score_min\": 1e39}", "score_min", "expected a number of single precision; found 1e39.")]
    [InlineData("{\"embeddings\": [{\"vector\": [1, \"x\"]}]}", "embeddings[0].vector[1]", "expected a number")]
    [InlineData("{\"history\": [1.5]}", "history[0]", "expected a text, or an integer of 64 bits; found 1.5.")]
    [InlineData("{\"history\": 5}", "history", "expected a list; found 5.")]
    [InlineData("{\"features\": {\"age\": {}}}", "features[\"age\"]", "found an object.")]
    [InlineData("{\"features\": {\"age\": 9223372036854775808}}", "features[\"age\"]", "an integer of 64 bits")]
    [InlineData("{\"features\": {\"a\": 1, \"a\": 2}}", "features[\"a\"]", "expected the key once; found 2.")]
    [InlineData("{\"fields\": [null]}", "fields[0]", "expected a text; found null.")]
    [InlineData("{\"fields\": [\"\\ud800\"]}", "fields[0]", "expected Unicode text")]
    [InlineData("{\"filter\": 5}", "filter", "expected a text, or an object with text, json or prepared; found 5.")]
    [InlineData("{\"filter\": {\"text\": \"\", \"json\": {}}}", "filter.json", "found json beside text.")]
    [InlineData("{\"filter\": {\"parameters\": {\"p\": {}}}}", "filter.parameters[\"p\"]", "found an object without.")]
    [InlineData("{\"filter\": {\"parameters\": {\"p\": {\"x\": 1}}}}", "filter.parameters[\"p\"]", "with `ids` alone")]
    [InlineData("{\"approximation\": {\"by\": \"CODES\"}}", "approximation.by", "expected one of \"rows\", \"codes\"")]
    public void What_does_not_fit_is_named_with_its_path(string json, string field, string message)
    {
        WireException error = Assert.Throws<WireException>(
            () => RestJson.Read<V1.SearchRequest>(Encoding.UTF8.GetBytes(json)));
        WireProblem problem = error.Problems[0];
        Assert.Equal(field, problem.Field);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_said_at_once_and_no_more_than_some()
    {
        WireException error = Assert.Throws<WireException>(() => RestJson.Read<V1.SearchRequest>(
            """{"k": "x", "fields": [1, 2], "group_by": {"cap": []}, "unknown": {"k": [1, {}]}}"""u8.ToArray()));
        Assert.Equal(
            ["k", "fields[0]", "fields[1]", "group_by.cap", "unknown"], error.Problems.Select(one => one.Field));
        error = Assert.Throws<WireException>(() => RestJson.Read<V1.SearchRequest>(
            Encoding.UTF8.GetBytes($$"""{"fields": [{{string.Join(',', Enumerable.Range(0, 10_000))}}]}""")));
        Assert.InRange(error.Problems.Length, 1, 100);
    }

    [Theory]
    [InlineData("{\"\\ud800\": 1}", "body")]
    [InlineData("{\"filter\": {\"\\ud800\": 1}}", "filter")]
    [InlineData("{\"filter\": {\"parameters\": {\"p\": {\"\\ud800\": 1}}}}", "filter.parameters[\"p\"]")]
    [InlineData("{\"filter\": {\"parameters\": {\"\\ud800\": 1}}}", "filter.parameters")]
    public void Escapes_of_names_that_are_no_text_are_problems(string json, string field)
    {
        WireException error = Assert.Throws<WireException>(
            () => RestJson.Read<V1.SearchRequest>(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(field, error.Problems[0].Field);
        Assert.Contains("expected Unicode text", error.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_may_have_escapes()
        => Assert.Equal(7, RestJson.Read<V1.SearchRequest>("{\"\\u006b\": 7}"u8.ToArray()).K);

    [Fact]
    public void Invalid_bytes_of_names_and_texts_are_problems()
    {
        byte[] name = [.. "{\"features\": {\""u8, 0xFF, .. "\": 1}, \""u8, 0xC0, .. "\": [1]}"u8];
        Assert.Throws<WireException>(() => RestJson.Read<V1.SearchRequest>(name));
        byte[] text = [.. "{\"similarity\": \""u8, 0xFF, .. "\"}"u8];
        Assert.Throws<WireException>(() => RestJson.Read<V1.SearchRequest>(text));
    }

    [Fact]
    public void A_text_that_is_too_deep_is_refused_and_a_filter_as_deep_as_one_may_be_is_not()
    {
        string deep = $$"""{"filter": {"json": {{Nested(Limits.FilterDepthMax)}} } }""";
        Assert.Equal(
            Nested(Limits.FilterDepthMax),
            RestJson.Read<V1.SearchRequest>(Encoding.UTF8.GetBytes(deep)).Filter.Json);
        deep = $$"""{"filter": {"json": {{Nested(10_000)}} } }""";
        WireException error = Assert.Throws<WireException>(
            () => RestJson.Read<V1.SearchRequest>(Encoding.UTF8.GetBytes(deep)));
        Assert.Contains("depth", error.Message, StringComparison.Ordinal);

        static string Nested(int depth)
            => string.Concat(Enumerable.Repeat("{\"not\":", depth)) + "{}" + new string('}', depth);
    }

    private static IEnumerable<MessageDescriptor> Descriptors()
        => new[]
        {
            V1.ValuesReflection.Descriptor, V1.SearchReflection.Descriptor, V1.ItemsReflection.Descriptor,
            V1.ModelsReflection.Descriptor,
        }.SelectMany(file => file.MessageTypes);
}
