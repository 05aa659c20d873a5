using Linr.Engine;
using Linr.Index;

namespace Linr.Tests.Engine.Copies;

/// <summary>
/// Random items of any metric, rows and copy, whose vectors may be hard for a copy; with and without it.
/// </summary>
internal sealed class CopiedItems
{
    private static readonly (RowType Rows, RowType Copy)[] s_kinds =
    [
        (RowType.Float32, RowType.Int8), (RowType.Float32, RowType.Float16), (RowType.Float32, RowType.BFloat16),
        (RowType.Float16, RowType.Int8), (RowType.BFloat16, RowType.Int8),
    ];

    private readonly Random _random;
    private readonly int _hardness;

    public CopiedItems(int seed, int count, Metric? metric = null, EmbeddingCodes? codes = null)
    {
        _random = new Random(seed);
        (RowType rows, RowType copy) = s_kinds[_random.Next(s_kinds.Length)];
        _hardness = _random.Next(4);
        Dim = _random.Next(1, 40);
        Schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("shop", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("price", FieldType.Integer, FieldRoles.Attribute),
            ],
            Embeddings =
            [
                new EmbeddingSchema("main", Dim, metric ?? (Metric)_random.Next(3), rows, codes, copy),
                new EmbeddingSchema("side", 3, Metric.Dot, Copy: _random.Next(2) == 0 ? RowType.Int8 : null),
            ],
        };
        Items = [.. Enumerable.Range(0, count).Select(Make)];
    }

    public int Dim { get; }

    public Schema Schema { get; }

    public IReadOnlyList<Item> Items { get; }

    public ItemTable ToTable(bool hasCopies)
    {
        using var builder = new ItemTableBuilder(hasCopies ? Schema : Schema with
        {
            Embeddings = [.. Schema.Embeddings.Select(one => one with { Copy = null })],
        });
        builder.Append((IReadOnlyCollection<Item>)Items);
        return builder.Build();
    }

    public Retriever ToRetriever(bool hasCopies, RetrieverOptions? options = null)
        => Retriever.Over(ToTable(hasCopies), "v", options ?? new RetrieverOptions { Threads = 1 });

    public float[] Vector(int dim) => (_hardness, _random.Next(10)) switch
    {
        (_, 0) => new float[dim],

        // Lengths of many sizes: the largest loss is far above most.
        (1, _) => [.. Uniform(dim).Select(value => value * MathF.Exp(4 * _random.NextSingle()))],

        // So much alike that no copy tells them apart.
        (2, _) => [.. Uniform(dim).Select(value => 1 + (1e-4f * value))],

        // Often equal.
        (3, _) => [.. Uniform(dim).Select(value => MathF.Round(value))],
        _ => [.. Uniform(dim)],
    };

    private IEnumerable<float> Uniform(int dim) => Enumerable.Range(0, dim).Select(_ => (_random.NextSingle() * 2) - 1);

    private Item Make(int i) => new()
    {
        Id = i,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["shop"] = [Value.OfKeyword($"shop {_random.Next(9)}")],
            ["price"] = [Value.OfInteger(_random.Next(100))],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
        {
            ["main"] = Vector(Dim),
            ["side"] = Vector(3),
        },
    };
}
