using System.Linq.Expressions;
using System.Text.Json;
using Linr.Filters;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Core.Filters;

public class FilterExpressionTests
{
    private static readonly string[] s_sections = ["devel", "libs"];
    private static readonly double s_noNumber = double.NaN;
    private static readonly DateTimeOffset s_newYear = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<Expression<Func<Package, bool>>, Filter> Forms
    {
        get
        {
            List<string> list = ["devel", "libs"];
            HashSet<long> seen = [3, 5];
            int max = 7;
            string? none = null;
            DateOnly day = new(2024, 1, 1);
            Holder holder = new() { Limit = { Max = 9 } };
            return new()
            {
                { item => item.Section == "devel", Attribute("Section") == "devel" },
                { item => "devel" != item.Section, Attribute("Section") != "devel" },
                { item => item.Size < max, Attribute("Size") < 7 },
                { item => max * 2 <= item.Size, Attribute("Size") >= 14 },
                { item => item.Size > holder.Limit.Max, Attribute("Size") > 9 },
                { item => item.Rating >= 0.5f, Attribute("Rating") >= 0.5 },
                { item => item.Price <= 1.25m, Attribute("Price") <= 1.25 },
                { item => item.Cold, Attribute("Cold") == true },
                { item => !item.Cold && item.Cold == false, !(Attribute("Cold") == true) & Attribute("Cold") == false },
                {
                item => item.Section == null || item.Votes != null,
                Attribute("Section").IsMissing() | !Attribute("Votes").IsMissing()
            },
                { item => item.Section == none, Attribute("Section").IsMissing() },
                { item => item.Votes == 3, Attribute("Votes") == 3 },
                { item => item.Votes!.Value > 3, Attribute("Votes") > 3 },
                { item => item.Votes.HasValue, Attribute("Votes").Exists() },
                { item => item.Added >= s_newYear, Attribute("Added") >= s_newYear },
                { item => item.Added < s_newYear.AddDays(1), Attribute("Added") < s_newYear.AddDays(1) },
                { item => item.Day == day, Attribute("Day") == s_newYear },
                { item => item.Time == new DateTime(2024, 1, 1), Attribute("Time") == s_newYear },
                { item => s_sections.Contains(item.Section), Attribute("Section").In("devel", "libs") },
                { item => list.Contains(item.Section!), Attribute("Section").In("devel", "libs") },
                { item => new[] { 1, 2 }.Contains(item.Size), Attribute("Size").In(1, 2) },
                { item => Enumerable.Contains(list, item.Section), Attribute("Section").In("devel", "libs") },
                { item => item.Tags.Contains("a"), Attribute("Tags") == "a" },
                { item => item.Codes.Contains(max), Attribute("Codes") == 7 },
                { item => item.Id == 5 || seen.Contains(item.Id), IdIn(5) | IdIn(3, 5) },
                { item => true, Filter.Everything },
                { item => max > 100, Filter.Nothing },
            };
        }
    }

    public static TheoryData<Expression<Func<Package, bool>>, string> Faults => new()
    {
        { item => item.Section!.StartsWith('d'), "item.Section.StartsWith(d) (Call)" },
        { item => item.Section!.Contains("ev"), "item.Section.Contains(\"ev\") (Call)" },
        { item => item.Size == item.Codes.Length, "(item.Size == ArrayLength(item.Codes)) (Equal)" },
        { item => item.Size + 1 == 2, "((item.Size + 1) == 2) (Equal)" },
        { item => item.Rating == s_noNumber, "(item.Rating == FilterExpressionTests.s_noNumber) (Equal)" },
        { item => item.Id > 5, "(item.Id > 5) (GreaterThan)" },
        { item => item.Cold ^ true, "(item.Cold ^ True) (ExclusiveOr)" },
        { item => item.Tags.Any(tag => tag == "a"), "item.Tags.Any(" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Expressions_mean_what_the_builder_says(Expression<Func<Package, bool>> expression, Filter expected)
        => Assert.Equal(expected, FilterExpression.From(expression));

    [Theory]
    [MemberData(nameof(Faults))]
    public void An_unsupported_expression_is_named(Expression<Func<Package, bool>> expression, string named)
        => Assert.Contains(
            named,
            Assert.Throws<FilterException>(() => FilterExpression.From(expression)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Names_may_be_converted_and_the_id_chosen()
    {
        Filter filter = FilterExpression.From<Package>(
            item
                => item.Section == "x"
                    && item.Id == 1, JsonNamingPolicy.SnakeCaseLower.ConvertName, idProperty: "Section");
        Assert.Equal(IdIn("x") & (Attribute("id") == 1), filter);
    }

    public sealed class Package
    {
        public long Id { get; init; }

        public string? Section { get; init; }

        public int Size { get; init; }

        public double Rating { get; init; }

        public decimal Price { get; init; }

        public bool Cold { get; init; }

        public int? Votes { get; init; }

        public DateTimeOffset Added { get; init; }

        public DateTime Time { get; init; }

        public DateOnly Day { get; init; }

        public List<string> Tags { get; init; } = [];

        public int[] Codes { get; init; } = [];
    }

    private sealed class Holder
    {
        public Holder Limit => this;

        public int Max { get; set; }
    }
}
