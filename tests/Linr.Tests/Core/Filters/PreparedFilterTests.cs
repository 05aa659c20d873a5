using Linr.Filters;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Core.Filters;

public class PreparedFilterTests
{
    private static readonly Schema s_schema = new()
    {
        IdKind = IdKind.Text,
        Fields =
        [
            new FieldSchema("section", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("tag", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("size", FieldType.Integer, FieldRoles.Attribute),
            new FieldSchema("rating", FieldType.Float, FieldRoles.Attribute),
            new FieldSchema("cold", FieldType.Boolean, FieldRoles.Attribute),
            new FieldSchema("added", FieldType.Date, FieldRoles.Attribute),
            new FieldSchema("description", FieldType.Text, FieldRoles.Stored),
        ],
    };

    public static TheoryData<string, int, string> Faults => new()
    {
        { "sectoin = 'devel'", 1, "There is no attribute \"sectoin\"; did you mean \"section\"?" },
        { "zzz exists", 1, "There is no attribute \"zzz\"." },
        { "description = 'x'", 1, "found the field description" },
        { "section = 5", 11, "Expected a keyword in quotes for the attribute section; found 5." },
        { "tag in ('a', true)", 14, "found true" },
        { "size = 'big'", 8, "Expected an integer for the attribute size; found 'big'." },
        { "size = 1.5", 8, "Expected an integer" },
        { "size = infinity", 8, "Expected an integer" },
        { "size < 'x'", 8, "Expected a number" },
        { "rating = true", 10, "Expected a number" },
        { "cold = 1", 8, "Expected true or false" },
        { "added > 5", 9, "Expected a date" },
        { "added > '2024-02-30'", 9, "Expected a date" },
        { "section < 'x'", 1, "which have an order; found section of type Keyword" },
        { "cold < true", 1, "which have an order; found cold of type Boolean" },
        { "id = 5", 6, "Expected an id in quotes" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_has_its_position(string text, int column, string message)
    {
        FilterProblem problem = Assert.Single(
            Assert.Throws<FilterException>(() => PreparedFilter.Prepare(Filter.Parse(text), s_schema)).Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((1, column), (problem.Position.Line, problem.Position.Column));
    }

    [Theory]
    [InlineData("size = 2.0 and size < 1.5 and rating = 3 and rating < 9007199254740993")]
    [InlineData("added = '2024-01-31' and added >= '2024' and added < date '2024-01-31T10:00:00.123456Z'")]
    [InlineData("section in () and tag contains all () and id in ()")]
    public void Numbers_and_dates_fit_where_nothing_is_lost(string text)
        => Assert.Empty(PreparedFilter.Prepare(Filter.Parse(text), s_schema).ParameterNames);

    [Fact]
    public void All_problems_come_at_once()
    {
        FilterException error = Assert.Throws<FilterException>(() => PreparedFilter.Prepare(
            Filter.Parse("sectoin = 'x' or size in (1, 'a', 2, true) and not (cold = 3)"), s_schema));
        Assert.Equal([1, 30, 38, 60], error.Problems.Select(problem => problem.Position.Column));
        Assert.Equal(4, error.Message.Split('\n').Length - 1);
    }

    [Fact]
    public void A_fault_in_json_has_the_path_of_the_value()
    {
        Filter filter = FilterJson.Parse(
            """{"and":[{"attribute":"size","in":[1,"a"]},{"attribute":"size","gt":"b"}]}""");
        FilterException error = Assert.Throws<FilterException>(() => PreparedFilter.Prepare(filter, s_schema));
        Assert.Equal(["$.and[0].in[1]", "$.and[1].gt"], error.Problems.Select(problem => problem.Position.Path));
    }

    [Fact]
    public void A_fault_of_the_builder_names_the_attribute()
    {
        FilterException error = Assert.Throws<FilterException>(
            () => PreparedFilter.Prepare(Attribute("size") == "big", s_schema));
        Assert.Contains(
            "Expected an integer for the attribute size; found 'big'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_clauses_are_limited()
    {
        Filter deep = Enumerable.Range(0, Limits.FilterDepthMax - 1).Aggregate(Filter.Everything, (inner, _) => !inner);
        Assert.NotNull(PreparedFilter.Prepare(deep, s_schema));
        Assert.Throws<FilterException>(() => PreparedFilter.Prepare(!deep, s_schema));
        Filter wide = Filter.Any(Enumerable.Repeat(Attribute("cold") == true, Limits.FilterNodesMax));
        Assert.Single(Assert.Throws<FilterException>(() => PreparedFilter.Prepare(wide, s_schema)).Problems);
    }

    [Fact]
    public void Parameters_are_checked_at_each_search()
    {
        PreparedFilter filter = PreparedFilter.Prepare(
            Filter.Parse("size < @size and tag in @tags and id not in @seen"), s_schema);
        Assert.Equal(["size", "tags", "seen"], filter.ParameterNames);
        FilterParameters parameters = new();
        parameters.Set("size", 1.5).SetList("tags", ["a", "b"]).SetIds("seen", new ItemId[] { "x" });
        filter.Check(parameters);

        FilterException missing = Assert.Throws<FilterException>(() => filter.Check(null));
        Assert.Equal([8, 25, 45], missing.Problems.Select(problem => problem.Position.Column));

        parameters.SetList("size", [1]).SetList("tags", [5]).SetIds("seen", new ItemId[] { 5 }).Set("tag", 1);
        FilterException wrong = Assert.Throws<FilterException>(() => filter.Check(parameters));
        Assert.Equal(
            [
                "Parameter @size: Expected one value; found a list.",
                "Parameter @tags: Expected a keyword in quotes for the attribute tag; found 5.",
                "Parameter @seen: Expected an id in quotes of 1 to 512 bytes; found the Integer id 5.",
                "There is no parameter \"tag\"; did you mean \"tags\"?",
            ],
            wrong.Problems.Select(problem => problem.Message));

        parameters.Clear();
        parameters.Set("size", 1).Set("tags", "a").SetIds("seen", new long[] { 5 });
        Assert.Single(Assert.Throws<FilterException>(() => filter.Check(parameters)).Problems);
    }
}
