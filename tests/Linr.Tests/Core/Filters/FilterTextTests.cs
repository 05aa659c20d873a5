using CsCheck;
using Linr.Filters;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Core.Filters;

public class FilterTextTests
{
    private static readonly DateTimeOffset s_newYear = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, Filter> Forms => new()
    {
        { "section = 'devel'", Attribute("section") == "devel" },
        { "section != 'devel'", Attribute("section") != "devel" },
        { "section='it''s'", Attribute("section") == "it's" },
        { "\"odd \"\" name\" exists", Attribute("odd \" name").Exists() },
        { "size < 1_000_000", Attribute("size") < 1_000_000 },
        { "size<=-5", Attribute("size") <= -5 },
        { "size > 1e6", Attribute("size") > 1e6 },
        { "size >= 0.5", Attribute("size") >= 0.5 },
        { "size < infinity", Attribute("size") < double.PositiveInfinity },
        { "-infinity < size", Attribute("size") > double.NegativeInfinity },
        { "1 < size <= 5", Attribute("size").Between(new RangeBound(1, false), new RangeBound(5, true)) },
        { "5 >= size > 1", Attribute("size").Between(new RangeBound(1, false), new RangeBound(5, true)) },
        { "size between 1 and 5 and true", Attribute("size").Between(1, 5) & Filter.Everything },
        { "size not between 1 and 5", !Attribute("size").Between(1, 5) },
        { "tag IN ('a', 'b')", Attribute("tag").In("a", "b") },
        { "tag not in ('a')", Attribute("tag").NotIn("a") },
        { "tag in ()", Attribute("tag").In() },
        { "tag in @codes", Attribute("tag").In(Parameter("codes")) },
        { "tag in (@one, 'b')", Attribute("tag").In(Parameter("one"), "b") },
        { "tag contains 'a'", Attribute("tag") == "a" },
        { "tag contains any ('a', 'b')", Attribute("tag").In("a", "b") },
        { "tag contains all ('a', 'b')", Attribute("tag").ContainsAll("a", "b") },
        { "tag not contains all ('a', 'b')", !Attribute("tag").ContainsAll("a", "b") },
        { "maintainer exists", Attribute("maintainer").Exists() },
        { "maintainer Missing", Attribute("maintainer").IsMissing() },
        { "added >= date '2024-01-01'", Attribute("added") >= s_newYear },
        { "added < date '2024-01-01T02:00+02:00'", Attribute("added") < s_newYear },
        { "added = date 1704067200000000", Attribute("added") == s_newYear },
        { "date < date '2024'", Attribute("date") < s_newYear },
        { "cold = true", Attribute("cold") == true },
        { "id = 'x'", IdIn("x") },
        { "id != 7", IdNotIn(7) },
        { "ID not in ('x', 'y')", IdNotIn("x", "y") },
        { "id in @seen", IdIn(Parameter("seen")) },
        { "a = 1 or b = 2 and c = 3", (Attribute("a") == 1) | (Attribute("b") == 2 & Attribute("c") == 3) },
        { "(a = 1 or b = 2) and c = 3", ((Attribute("a") == 1) | (Attribute("b") == 2)) & Attribute("c") == 3 },
        { "not a = 1 and b = 2", !(Attribute("a") == 1) & Attribute("b") == 2 },
        { "not (a = 1 and b = 2)", !(Attribute("a") == 1 & Attribute("b") == 2) },
        { "not not true", !!Filter.Everything },
        { "a = 1 and\n\tb = 2 and c = 3", Filter.All([Attribute("a") == 1, Attribute("b") == 2, Attribute("c") == 3]) },
    };

    public static TheoryData<string, int, int, string> Faults => new()
    {
        { "", 1, 1, "Expected a clause; found the end." },
        { "section", 1, 8, "Expected =, !=" },
        { "section == 'x'", 1, 10, "Expected a value" },
        { "section = devel", 1, 11, "found devel" },
        { "section = 'devel", 1, 11, "Expected ' to close" },
        { "a = 1 b = 2", 1, 7, "Expected and, or, or the end; found b." },
        { "a = 1\nand b ~ 2", 2, 7, "found ~" },
        { "a = 'x\ny' and\n  and", 3, 3, "Expected a clause; found and." },
        { "(a = 1", 1, 7, "Expected and, or, or )" },
        { "a = 1)", 1, 6, "found )." },
        { "a in 'x'", 1, 6, "Expected ( or a parameter" },
        { "a in ('x' 'y')", 1, 11, "Expected , or )" },
        { "a in ('x',)", 1, 11, "Expected a value" },
        { "a between 1 or 2", 1, 13, "Expected and" },
        { "a not = 1", 1, 7, "Expected in, between or contains" },
        { "a = 9223372036854775808", 1, 5, "Expected a 64-bit integer" },
        { "a = 1__0", 1, 5, "found 1__0" },
        { "a = 1_", 1, 5, "found 1_" },
        { "a = 1.", 1, 5, "found 1." },
        { "a = 1e999", 1, 5, "found 1e999" },
        { "a = 12abc", 1, 5, "found 12abc" },
        { "a > date '2024-13-01'", 1, 10, "Expected an ISO 8601 date" },
        { "a > date 1.5", 1, 10, "Expected an ISO 8601 date" },
        { "1 < size > 5", 1, 10, "Expected < or <=" },
        { "'x' = a", 1, 5, "Expected <, <=, > or >= after a value" },
        { "1 < and", 1, 5, "Expected an attribute; found and." },
        { "id > 5", 1, 4, "an attribute named id" },
        { "id exists", 1, 4, "Expected =, !=, in or not in" },
        { "a = @", 1, 5, "found @" },
        { "a = '\ud800'", 1, 5, "well-formed" },
        { "a && b", 1, 3, "found &" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Text_means_what_the_builder_says(string text, Filter expected)
        => Assert.Equal(expected, Filter.Parse(text));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_has_its_position(string text, int line, int column, string message)
    {
        FilterProblem problem = Assert.Single(Assert.Throws<FilterException>(() => Filter.Parse(text)).Problems);
        Assert.Equal((line, column), (problem.Position.Line, problem.Position.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a in ('x') AND NOT (b < 1 OR b > 2)", "a in ('x') and not (b < 1 or b > 2)")]
    [InlineData("((a = 1)) and not a in (1,2) and not c exists", "a = 1 and a not in (1, 2) and c missing")]
    [InlineData("\"in\" = 1_0.0 and x = date '2024-01-01 10:00'", "\"in\" = 10.0 and x = date '2024-01-01T10:00:00Z'")]
    public void The_canonical_form_is_short(string text, string canonical)
        => Assert.Equal(canonical, Filter.Parse(text).ToString());

    [Fact]
    public void Every_filter_comes_back_from_its_text()
        => FilterGen.Any.Sample(filter => Assert.Equal(filter, Filter.Parse(filter.ToString())), iter: 3_000);

    [Fact]
    public void Any_text_is_a_filter_or_a_filter_exception()
        => Gen.Select(FilterGen.Any, Gen.Select(Gen.Int[0, 1_000], Gen.Char, Gen.Int[0, 3]).Array[1, 4]).Sample(
            (filter, edits) => ParseOrRefuse(edits.Aggregate(filter.ToString(), Edit)), iter: 5_000);

    [Fact]
    public void Positions_are_no_part_of_equality()
        => Assert.Equal(Filter.Parse("a = 1").GetHashCode(), Filter.Parse("   a\n=1").GetHashCode());

    [Fact]
    public void Nesting_is_limited()
    {
        string Nest(int depth) => new string('(', depth) + "true" + new string(')', depth);
        Assert.Equal(Filter.Everything, Filter.Parse(Nest(Limits.FilterDepthMax)));
        FilterException error = Assert.Throws<FilterException>(() => Filter.Parse(Nest(100_000)));
        Assert.Equal(Limits.FilterDepthMax + 1, error.Problems[0].Position.Column);
    }

    [Fact]
    public void Clauses_are_limited()
    {
        string Chain(int clauses) => string.Join(" or ", Enumerable.Repeat("a = 1", clauses));
        Assert.IsType<OrFilter>(Filter.Parse(Chain(Limits.FilterNodesMax - 1)));
        Assert.Throws<FilterException>(() => Filter.Parse(Chain(Limits.FilterNodesMax)));
    }

    private static string Edit(string text, (int Place, char Letter, int Kind) edit)
    {
        int place = edit.Place % (text.Length + 1);
        return edit.Kind switch
        {
            0 => text.Insert(place, edit.Letter.ToString()),
            1 => text.Remove(place, Math.Min(3, text.Length - place)),
            2 => text[..place],
            _ => text.Insert(place, text[(place / 2)..place]),
        };
    }

    private static void ParseOrRefuse(string text)
    {
        try
        {
            Filter filter = Filter.Parse(text);
            Assert.Equal(filter, Filter.Parse(filter.ToString()));
        }
        catch (FilterException refused)
        {
            Assert.All(refused.Problems, problem => Assert.InRange(problem.Position.Offset, 0, text.Length));
        }
    }
}
