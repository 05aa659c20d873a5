using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Tests.Server.Console;

/// <summary>A model of made-up films: fields of most types, codes, a query tower that pools the history.</summary>
internal static class FilmModel
{
    public const int Count = 600;
    private const int Dim = 16;
    private const int HistoryLength = 20;
    private const string History = "history";
    private const string Pooled = "pooled";
    private const string PooledQuery = "towers/query/pooled/query";

    private static readonly string[] s_genres = ["Comedy", "Drama", "Sci-Fi", "Crime", "Children's"];
    private static readonly string[] s_firsts = ["Silent", "Last", "Golden", "Hidden", "Northern", "Paper"];
    private static readonly string[] s_seconds = ["Harbour", "Winter", "Machine", "Garden", "Letter", "Orbit", "Road"];

    private static readonly Schema s_schema = new()
    {
        IdKind = IdKind.Text,
        Fields =
        [
            new FieldSchema("title", FieldType.Text, FieldRoles.Stored),
            new FieldSchema("genres", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Stored, MultiValued: true),
            new FieldSchema("language", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("year", FieldType.Integer, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("rating", FieldType.Float, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("released", FieldType.Date, FieldRoles.Attribute | FieldRoles.Stored),
            new FieldSchema("subtitled", FieldType.Boolean, FieldRoles.Attribute | FieldRoles.Stored),
        ],
        Embeddings = [new EmbeddingSchema("main", Dim, Metric.Cosine, RowType.Float32, new EmbeddingCodes(64))],
    };

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="version">What its owner calls it; the items are the same in all.</param>
    public static void Write(string path, string version)
    {
        using var builder = new ItemTableBuilder(s_schema);
        var random = new Random(83);
        builder.Append((IReadOnlyCollection<Item>)[.. Enumerable.Range(0, Count).Select(film => Film(film, random))]);
        using ItemTable items = builder.Build();
        float[] weights = [.. Enumerable.Range(0, Dim).Select(i => i % 2 == 0 ? 0.1f : -0.1f)];
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            Version = version,
            LayersJson = new LayerList([QueryTower()]).ToJson(),
            Tensors = [TensorSource.Of(PooledQuery, TensorType.Float32, [1, Dim], weights)],
        });
    }

    private static TowerSpec QueryTower() => new(TowerSpec.QueryTower, "main", Dim,
    [
        new LayerSpec(LayerKind.HistoryEmbedding, History)
        {
            Numbers = ImmutableSortedDictionary<string, double>.Empty.Add("length", HistoryLength),
        },
        new LayerSpec(LayerKind.AttentionPool, Pooled)
        {
            Inputs = [History],
            Tensors = ImmutableSortedDictionary<string, string>.Empty.Add("query", PooledQuery),
        },
        new LayerSpec(LayerKind.L2Normalise, "embedding") { Inputs = [Pooled] },
    ]);

    private static Item Film(int film, Random random)
    {
        int genre = film % s_genres.Length;
        int year = 1950 + (film * 7 % 75);
        return new Item
        {
            Id = $"film-{film}",
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["title"] = [Value.OfText($"{s_firsts[film % 6]} {s_seconds[film % 7]} {film}")],
                ["genres"] = [.. Genres(film).Select(Value.OfKeyword)],
                ["language"] = [Value.OfKeyword(film % 4 == 0 ? "fr" : "en")],
                ["year"] = [Value.OfInteger(year)],
                ["rating"] = [Value.OfFloat(Math.Round(1 + (4 * random.NextDouble()), 1))],
                ["released"] = [Value.OfDate(new DateTimeOffset(year, 1 + (film % 12), 1, 0, 0, 0, TimeSpan.Zero))],
                ["subtitled"] = [Value.OfBoolean(film % 3 == 0)],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
            {
                // Films of a genre are near each other.
                ["main"] = (float[])[.. Enumerable.Range(0, Dim).Select(
                    i => (i % s_genres.Length == genre ? 1f : 0f) + (random.NextSingle() * 0.8f))],
            },
        };
    }

    private static IEnumerable<string> Genres(int film)
    {
        yield return s_genres[film % s_genres.Length];
        if (film % 3 == 0)
        {
            yield return s_genres[(film + 1) % s_genres.Length];
        }
    }
}
