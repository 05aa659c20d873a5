using Linr.Index;
using FilterItems = Linr.Tests.Engine.Filters.RandomItems;

namespace Linr.Tests.Engine.Device;

/// <summary>Random items with random attributes and embeddings, many of them equal, and requests for them.</summary>
internal sealed class RandomModel
{
    private readonly Random _random;
    private readonly FilterItems _items;
    private readonly int _embeddingCount;

    public RandomModel(int seed, int itemsMax, int dimMax = 40)
    {
        _random = new Random(seed);
        _items = new FilterItems(_random, _random.Next(1, itemsMax));
        _embeddingCount = _random.Next(1, 3);
        Schema = _items.Schema with
        {
            Embeddings =
            [
                .. Enumerable.Range(0, _embeddingCount).Select(i => new EmbeddingSchema(
                    $"e{i}",
                    _random.Next(1, dimMax),
                    (Metric)_random.Next(3),
                    (RowType)_random.Next(4),
                    _random.Next(3) == 0 ? new EmbeddingCodes(64 * _random.Next(1, 4), (ulong)seed) : null))
                    .Select(one => one.RowType == RowType.Int8 || _random.Next(2) == 0
                        ? one
                        : one with { Copy = RowType.Int8 }),
            ],
        };
    }

    public Schema Schema { get; }

    public ItemTable ToTable()
    {
        using ItemTableBuilder builder = new(Schema);
        var distinct = new List<Dictionary<string, ReadOnlyMemory<float>>>();
        foreach (Item item in _items.Items)
        {
            if (distinct.Count == 0 || _random.Next(3) > 0)
            {
                distinct.Add(Schema.Embeddings.ToDictionary(
                    one => one.Name, one => (ReadOnlyMemory<float>)Vector(one.Dim)));
            }

            builder.Append(item with { Embeddings = distinct[_random.Next(distinct.Count)] });
        }

        return builder.Build();
    }

    private Approximation Approximation() => new()
    {
        Rescores = _random.Next(2) == 0,
        IsAsymmetric = _random.Next(2) == 0,
    };

    /// <summary>A request that is right.</summary>
    public SearchRequest Request()
    {
        EmbeddingSchema[] embeddings = _random.Next(4) == 0
            ? [.. Schema.Embeddings]
            : [Schema.Embeddings[_random.Next(_embeddingCount)]];
        FieldSchema? group = Schema.Fields.FirstOrDefault(
            field => field is { Type: FieldType.Keyword, MultiValued: false });
        int k = _random.Next(4) == 0 ? _random.Next(1, 2_000) : _random.Next(1, 60);
        var request = new SearchRequest
        {
            Embeddings =
            [
                .. embeddings.Select(one => new EmbeddingQuery(
                    one.Name, Vector(one.Dim), _random.Next(5) == 0 ? _random.NextSingle() * 3 : 1)),
            ],
            K = k,
            Filter = _random.Next(3) == 0 ? null : _items.Filter(4),
            ScoreMin = _random.Next(4) == 0 ? (_random.NextSingle() * 2) - 1.5f : null,
            GroupBy = group is null || _random.Next(4) > 0 ? null : new GroupBy(group.Name, _random.Next(1, 4)),
            Diversity = _random.Next(5) == 0 ? new Diversity(0.5f, k + 20) : null,
            Fields = [.. Schema.Fields.Select(field => field.Name).Take(2)],
            Explain = _random.Next(2) == 0,
            Approximation = embeddings is [{ Codes: not null }] && _random.Next(2) == 0 ? Approximation() : null,
        };
        return _random.Next(6) > 0 || request.Approximation is not null
            ? request
            : request with
            {
                Embeddings = [],
                Items = [.. Enumerable.Range(0, 3).Select(_ => _items.Items[_random.Next(_items.Items.Length)].Id)],
                IncludeSeen = _random.Next(2) == 0,
            };
    }

    /// <summary>Few different numbers, so that scores are often equal.</summary>
    private float[] Vector(int dim) => _random.Next(8) == 0
        ? new float[dim]
        : [.. Enumerable.Range(0, dim).Select(_ => (_random.Next(5) - 2) * 0.5f)];
}
