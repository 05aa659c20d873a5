using System.Text;
using CsCheck;
using Linr.Filters;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Core.Filters;

public class FilterJsonTests
{
    public static TheoryData<string, Filter> Forms => new()
    {
        { "true", Filter.Everything },
        { """{"attribute":"section","equals":"devel"}""", Attribute("section") == "devel" },
        { """{"equals":1.0,"attribute":"size"}""", Attribute("size") == 1.0 },
        { """{"attribute":"tag","in":["a","b"]}""", Attribute("tag").In("a", "b") },
        { """{"attribute":"tag","in":{"parameter":"codes"}}""", Attribute("tag").In(Parameter("codes")) },
        { """{"attribute":"tag","containsAll":["a"]}""", Attribute("tag").ContainsAll("a") },
        { """{"attribute":"size","gte":1,"lte":5}""", Attribute("size").Between(1, 5) },
        { """{"attribute":"size","lt":{"float":"infinity"}}""", Attribute("size") < double.PositiveInfinity },
        { """{"attribute":"added","gt":{"date":"1970-01-01"}}""", Attribute("added") > DateTimeOffset.UnixEpoch },
        { """{"attribute":"added","gt":{"date":0}}""", Attribute("added") > DateTimeOffset.UnixEpoch },
        { """{"attribute":"a","exists":false}""", Attribute("a").IsMissing() },
        { """{"not":{"ids":["x","y"]}}""", IdNotIn("x", "y") },
        { """{"or":[{"ids":[1]},{"and":[true,false]}]}""", IdIn(1) | (Filter.Everything & Filter.Nothing) },
    };

    public static TheoryData<string, int, int, string, string> Faults => new()
    {
        { "", 1, 1, "$", "Expected JSON" },
        { "nul", 1, 1, "$", "Expected JSON" },
        { "null", 1, 1, "$", "Expected a filter: an object, true or false; found null." },
        { "true true", 1, 6, "$", "Expected JSON" },
        { "{}", 1, 1, "$", "found none" },
        { """{"attribute":"a"}""", 1, 1, "$", "found attribute" },
        { """{"attribute":"a","equals":1,"in":[]}""", 1, 1, "$", "found attribute, equals, in" },
        { """{"attribute":"a","gt":1,"gte":1}""", 1, 1, "$", "found attribute, gt, gte" },
        { """{"and":[true,true],"ids":[]}""", 1, 1, "$", "found and, ids" },
        { """{"attribute":"a","equal":1}""", 1, 18, "$", "There is no key \"equal\"; did you mean \"equals\"?" },
        { """{"attribute":"a","attribute":"b"}""", 1, 18, "$", "second \"attribute\"" },
        { """{"and":[true]}""", 1, 8, "$.and", "Expected at least two filters; found 1." },
        { "{\"and\":[true,\n  {\"not\": 5}]}", 2, 11, "$.and[1].not", "found 5" },
        { """{"attribute":"a","in":[1,[2]]}""", 1, 26, "$.in[1]", "Expected a value" },
        { """{"attribute":"a","in":{"date":"2024"}}""", 1, 23, "$.in", "Expected an array of values or a parameter" },
        { """{"attribute":"a","gt":{"date":"soon"}}""", 1, 31, "$.gt.date", "Expected an ISO 8601 date" },
        { """{"attribute":"a","gt":{"parameter":"1"}}""", 1, 36, "$.gt.parameter", "Expected a parameter name" },
        { """{"attribute":"a","gt":{"parameter":"p","q":1}}""", 1, 40, "$.gt", "Expected the end of the object" },
        { """{"attribute":"a","gt":1e400}""", 1, 23, "$.gt", "Expected a 64-bit integer or a finite float" },
        { """{"attribute":"a","exists":1}""", 1, 27, "$.exists", "Expected true or false" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Json_means_what_the_builder_says(string json, Filter expected)
        => Assert.Equal(expected, FilterJson.Parse(json));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_has_its_path_and_position(string json, int line, int column, string path, string message)
    {
        FilterProblem problem = Assert.Single(Assert.Throws<FilterException>(() => FilterJson.Parse(json)).Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column, path), (problem.Position.Line, problem.Position.Column, problem.Position.Path));
    }

    [Fact]
    public void Every_filter_comes_back_from_its_json()
        => FilterGen.Any.Sample(
            filter => Assert.Equal(filter, FilterJson.Parse(FilterJson.ToJson(filter))), iter: 3_000);

    [Fact]
    public void Any_bytes_are_a_filter_or_a_filter_exception()
        => Gen.Select(FilterGen.Any, Gen.Select(Gen.Int[0, 1_000], Gen.Byte, Gen.Int[0, 2]).Array[1, 4]).Sample(
            (filter, edits) =>
            {
                byte[] bytes = edits.Aggregate(Encoding.UTF8.GetBytes(FilterJson.ToJson(filter)), Edit);
                try
                {
                    Assert.NotNull(FilterJson.Parse(bytes));
                }
                catch (FilterException refused)
                {
                    Assert.All(refused.Problems, problem => Assert.InRange(problem.Position.Offset, 0, bytes.Length));
                }
            },
            iter: 5_000);

    [Fact]
    public void Depth_is_limited()
    {
        string Nest(int depth)
            => string.Concat(Enumerable.Repeat("{\"not\":", depth)) + "true" + new string('}', depth);
        Assert.IsType<NotFilter>(FilterJson.Parse(Nest(Limits.FilterDepthMax - 1)));
        FilterException error = Assert.Throws<FilterException>(() => FilterJson.Parse(Nest(Limits.FilterDepthMax)));
        Assert.Contains("depth", error.Message, StringComparison.Ordinal);
        Assert.Throws<FilterException>(() => FilterJson.Parse(Nest(100_000)));
    }

    private static byte[] Edit(byte[] json, (int Place, byte Letter, int Kind) edit)
    {
        int place = edit.Place % (json.Length + 1);
        return edit.Kind switch
        {
            0 => [.. json[..place], edit.Letter, .. json[place..]],
            1 => [.. json[..place], .. json[Math.Min(json.Length, place + 2)..]],
            _ => json[..place],
        };
    }
}
