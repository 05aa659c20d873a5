namespace Linr.Tests.Core;

/// <summary>Hits as columns are the hits that they were made of.</summary>
public sealed class HitListTests
{
    private static readonly Dictionary<string, IReadOnlyList<Value>> s_fields = new() { ["a"] = [Value.OfInteger(1)] };

    public static TheoryData<string> Kinds => ["integer", "Guid", "text"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hits_are_those_that_went_in(string kind)
    {
        Hit[] hits = [.. Enumerable.Range(0, 5).Select(i => new Hit(IdOf(kind, i), 2f - i))];
        HitList list = [.. hits];
        Assert.Equal(hits, list);
        Assert.Equal(hits.Select(hit => hit.Id), list.Ids);
        Assert.Equal(hits.Select(hit => hit.Score), list.Scores.ToArray());
        Assert.False(list.HasFieldsOrTasks);
        Assert.Equal(kind == "integer" ? 5 : 0, list.Ids.Integers.Length);
        Assert.Equal(kind == "Guid" ? 5 : 0, list.Ids.Guids.Length);
        Assert.Equal(kind == "text" ? 5 : 0, list.Ids.Texts.Length);
    }

    [Fact]
    public void Fields_and_tasks_stay_with_their_hit()
    {
        HitList list =
        [
            new Hit(1, 3),
            new Hit(2, 2) { Fields = s_fields },
            new Hit(3, 1) { Tasks = new Dictionary<string, float> { ["click"] = 0.5f } },
        ];
        Assert.True(list.HasFieldsOrTasks);
        Assert.Empty(list[0].Fields);
        Assert.Empty(list[0].Tasks);
        Assert.Same(s_fields, list[1].Fields);
        Assert.Empty(list[1].Tasks);
        Assert.Empty(list[2].Fields);
        Assert.Equal(0.5f, list[2].Tasks["click"]);
        Assert.Empty(default(Hit).Fields);
    }

    [Fact]
    public void Ids_of_several_kinds_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ItemIdList.Of([1, "a"]));
        Assert.Contains("Expected ids of one kind; found Integer and Text (a).", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new HitList(ItemIdList.Of([1, 2]), [1f]));
        Assert.Contains("Expected 2 scores, one an id; found 1.", error.Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => ItemIdList.Of([1, 2])[2]);
        HitList none = [];
        Assert.Empty(none);
    }

    private static ItemId IdOf(string kind, int i) => kind switch
    {
        "integer" => i,
        "Guid" => new Guid(i, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        _ => $"item {i}",
    };
}
