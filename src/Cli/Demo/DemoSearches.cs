using System.Collections.Immutable;
using Linr.Engine;
using Linr.Filters;
using Linr.Index.Columns;
using Linr.Training.Data;

namespace Linr.Cli.Demo;

/// <summary>Chooses searches that make sense to a person, by what the data are.</summary>
internal static class DemoSearches
{
    private const int HitsShown = 8;

    public static IReadOnlyList<DemoSearch> For(Retriever retriever, InteractionDataset data)
        => retriever.Get("libsdl2-2.0-0") is not null && retriever.Schema.FindField("section") is not null
            ? [.. OfDebian().Where(search => IsThere(retriever, search.Request))]
            : OfAny(retriever, data);

    private static List<DemoSearch> OfDebian()
    {
        ImmutableArray<ItemId> like = ["python3-numpy", "python3-scipy", "python3-matplotlib"];
        ImmutableArray<string> fields = ["section", "installed_kib", "description"];
        const string History = "--history python3-numpy,python3-scipy,python3-matplotlib";
        SearchRequest request = new() { History = like, K = HitsShown, Fields = fields };
        var searches = new List<DemoSearch>
        {
            new("What goes with numpy, scipy and matplotlib?", History, request),
            Filtered("The same, only section devel", "section = 'devel'"),
            Filtered("The same, but not python, science or libs", "section not in ('python', 'science', 'libs')"),
            Filtered("The same, installed size under 1 MB", "installed_kib < 1000"),
            new(
                "Packages like gimp, one a section",
                "--item gimp --group-by section",
                new SearchRequest
                {
                    Items = ["gimp"],
                    K = HitsShown,
                    GroupBy = new GroupBy("section"),
                    Fields = fields,
                }),
        };
        searches.Add(new DemoSearch(
            "What goes with the SDL libraries, only games?",
            "--history libsdl2-2.0-0,libsdl2-mixer-2.0-0,libsdl2-image-2.0-0 -f \"section = 'games'\"",
            new SearchRequest
            {
                History = ["libsdl2-2.0-0", "libsdl2-mixer-2.0-0", "libsdl2-image-2.0-0"],
                K = HitsShown,
                Filter = Filter.Parse("section = 'games'"),
                Fields = fields,
            }));
        ImmutableArray<string> coldFields = [.. fields, "dependents"];
        searches.Add(new DemoSearch(
            "Cold start: what goes with octave and gnuplot, of packages that no package depends on yet?",
            "--history octave,gnuplot -f \"dependents = 0\"",
            new SearchRequest
            {
                History = ["octave", "gnuplot"],
                K = HitsShown,
                Filter = Filter.Parse("dependents = 0"),
                Fields = coldFields,
            }));
        searches.Add(new DemoSearch(
            "Packages like kicad, on which no package depends either: its description is all that is known",
            "--item kicad",
            new SearchRequest { Items = ["kicad"], K = HitsShown, Fields = coldFields }));
        return searches;

        DemoSearch Filtered(string title, string filter)
            => new(title, $"{History} -f \"{filter}\"", request with { Filter = Filter.Parse(filter) });
    }

    private static bool IsThere(Retriever retriever, SearchRequest request)
        => request.History.Concat(request.Items).All(id => retriever.Get(id) is not null);

    private static List<DemoSearch> OfAny(Retriever retriever, InteractionDataset data)
    {
        int[] counts = data.TrainingCounts();
        ImmutableArray<ItemId> history =
        [
            .. Enumerable.Range(0, counts.Length).OrderByDescending(row => counts[row]).Take(3)
                .Select(row => data.Catalogue.Ids[row]),
        ];
        ImmutableArray<string> fields =
            [.. retriever.Schema.Fields.Where(field => field.IsStored).Select(field => field.Name)];
        var request = new SearchRequest { History = history, K = HitsShown, Fields = fields };
        string arguments = $"--history {string.Join(',', history)}";
        string names = string.Join(", ", history.Select(id => Title(retriever, id)));
        var searches = new List<DemoSearch>
        {
            new($"For someone who came by {names}", arguments, request),
            new(
                $"Items like {Title(retriever, history[0])}",
                $"--item {history[0]}",
                new SearchRequest { Items = history[..1], K = HitsShown, Fields = fields }),
        };
        IEnumerable<ValueColumn> keywords = retriever.Table.Columns.OfType<ValueColumn>()
            .Where(column => column is { Dictionary.Count: > 1, Field.IsAttribute: true });
        foreach (ValueColumn column in keywords.Take(1))
        {
            Filter filter = FilterBuilder.Attribute(column.Field.Name) == column.Dictionary!.TextOf(1);
            searches.AddRange(new[] { filter, !filter }.Select(one => new DemoSearch(
                $"The same, only {one}", $"{arguments} -f \"{one}\"", request with { Filter = one })));
        }

        return searches;
    }

    private static string Title(Retriever retriever, ItemId id)
        => retriever.Get(id)!.Fields.TryGetValue("title", out IReadOnlyList<Value>? title)
            ? title[0].Text
            : id.ToString();
}
