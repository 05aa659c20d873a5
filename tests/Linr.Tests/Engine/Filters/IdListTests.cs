using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Tests;
using Linr.Tests.Index;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Engine.Filters;

public class IdListTests
{
    private const int Count = 1_000;

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void Lists_of_every_kind_and_form_pass_the_same_rows(IdKind kind)
    {
        using ItemTable table = Ids(kind, Enumerable.Range(0, Count));

        // Unknown ids and duplicates; once more than the filter keeps resolved, once fewer.
        foreach (int length in new[] { 5, 400 })
        {
            ItemId[] asked = [.. Enumerable.Range(0, length).Select(i => Tables.IdOf(kind, i * 7 % (Count * 2)))];
            asked = [.. asked, asked[0], asked[0]];
            bool[] expected = [.. Enumerable.Range(0, Count).Select(row => !asked.Contains(Tables.IdOf(kind, row)))];
            PreparedFilter prepared = PreparedFilter.Prepare(IdNotIn(Parameter("seen")), table.Schema);
            Assert.Equal(expected, FilterMask.Of(prepared, table, new FilterParameters().SetIds("seen", asked)));
            Assert.Equal(expected, FilterMask.Of(prepared, table, Typed(kind, asked)));
            Assert.Equal(expected, FilterMask.Of(IdNotIn(asked), table));
            Assert.Equal(expected, FilterMask.Of(IdNotIn(asked) & !IdIn(Parameter("seen")), table, Typed(kind, asked[..3])));
        }
    }

    [Fact]
    public void A_constant_list_is_looked_up_anew_in_another_table()
    {
        using ItemTable first = Ids(IdKind.Integer, Enumerable.Range(0, Count));
        using ItemTable second = Ids(IdKind.Integer, Enumerable.Range(0, Count).Reverse());
        PreparedFilter filter = PreparedFilter.Prepare(IdIn(Enumerable.Range(0, 100).Select(i => (ItemId)i)), first.Schema);
        bool[] expected = [.. Enumerable.Range(0, Count).Select(row => row < 100)];
        FilterCompiler compiler = new();
        for (int pass = 0; pass < 2; pass++)
        {
            Assert.Equal(expected, FilterMask.Of(compiler.Compile(filter, null, first), first));
            Assert.Equal(expected.Reverse(), FilterMask.Of(compiler.Compile(filter, null, second), second));
        }
    }

    [Fact]
    public void Long_constant_and_typed_lists_allocate_nothing_once_warm()
    {
        using ItemTable table = Ids(IdKind.Text, Enumerable.Range(0, Count));
        ItemId[] seen = [.. Enumerable.Range(0, 500).Select(i => Tables.IdOf(IdKind.Text, i))];
        PreparedFilter constant = PreparedFilter.Prepare(IdNotIn(seen), table.Schema);
        PreparedFilter given = PreparedFilter.Prepare(IdNotIn(Parameter("seen")), table.Schema);
        FilterParameters parameters = Typed(IdKind.Text, seen);
        FilterCompiler compiler = new();
        CompileBoth();
        Assert.Equal(0, Allocations.OfPass(CompileBoth));

        void CompileBoth()
        {
            compiler.Compile(constant, null, table);
            compiler.Compile(given, parameters, table);
        }
    }

    [Fact]
    public void What_cannot_be_an_id_is_an_error_or_matches_nothing()
    {
        using ItemTable texts = Ids(IdKind.Text, Enumerable.Range(0, 3));
        PreparedFilter filter = PreparedFilter.Prepare(IdIn(Parameter("seen")), texts.Schema);
        foreach (string[] wrong in new string[][] { [null!], [""], [new string('x', Limits.IdBytesMax + 1)] })
        {
            Assert.Throws<FilterException>(() => filter.Check(new FilterParameters().SetIds("seen", wrong)));
        }

        Assert.Throws<FilterException>(() => filter.Check(Typed(IdKind.Integer, [1])));
        Assert.Throws<FilterException>(() => filter.Check(Typed(IdKind.Guid, [Guid.Empty])));
        string[] halfPair = ["\ud800"];
        Assert.Equal([false, false, false], FilterMask.Of(filter, texts, new FilterParameters().SetIds("seen", halfPair)));

        using ItemTable replaced = Texts("\ufffd");
        Assert.Equal([false], FilterMask.Of(filter, replaced, new FilterParameters().SetIds("seen", halfPair)));
    }

    private static FilterParameters Typed(IdKind kind, ItemId[] ids) => kind switch
    {
        IdKind.Integer => new FilterParameters().SetIds("seen", ids.Select(id => id.Integer).ToArray()),
        IdKind.Guid => new FilterParameters().SetIds("seen", ids.Select(id => id.Guid).ToArray()),
        _ => new FilterParameters().SetIds("seen", ids.Select(id => id.Text).ToArray()),
    };

    private static ItemTable Ids(IdKind kind, IEnumerable<int> numbers)
    {
        using ItemTableBuilder builder = new(new Schema { IdKind = kind });
        builder.AppendIds([.. numbers.Select(number => Tables.IdOf(kind, number))]);
        return builder.Build();
    }

    private static ItemTable Texts(params ItemId[] ids)
    {
        using ItemTableBuilder builder = new(new Schema { IdKind = IdKind.Text });
        builder.AppendIds(ids);
        return builder.Build();
    }
}
