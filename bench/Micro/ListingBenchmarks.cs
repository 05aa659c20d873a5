using BenchmarkDotNet.Attributes;
using Linr.Engine;
using Linr.Filters;
using Linr.Index;

namespace Linr.Bench.Micro;

/// <summary>1,000,000 items in random order of their ids: counted, and a page of 1,000 in the middle.</summary>
[MemoryDiagnoser]
public class ListingBenchmarks
{
    private const int Items = 1_000_000;
    private const int PageItems = 1_000;

    private readonly Filter _filter = Filter.Parse("genre = 'genre 3' and year >= 1990");
    private Retriever? _retriever;
    private ItemId _middle;

    [Params(IdKind.Integer, IdKind.Text)]
    public IdKind Kind { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void MakeItems()
    {
        var random = new Random(1);
        int[] numbers = [.. Enumerable.Range(0, Items)];
        random.Shuffle(numbers);
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = Kind,
            Fields =
            [
                new FieldSchema("genre", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("year", FieldType.Integer, FieldRoles.Attribute),
            ],
        });
        foreach (int[] set in numbers.Chunk(10_000))
        {
            builder.Append(Array.ConvertAll(set, number => new Item
            {
                Id = Kind == IdKind.Integer ? new ItemId(number) : new ItemId($"item {number}"),
                Fields = new Dictionary<string, IReadOnlyList<Value>>
                {
                    ["genre"] = [Value.OfKeyword($"genre {random.Next(10)}")],
                    ["year"] = [Value.OfInteger(random.Next(1920, 2026))],
                },
            }));
        }

        _retriever = Retriever.Over(
            builder.Build(), options: new RetrieverOptions { Device = EngineDevice.Cpu, Threads = Threads });
        _middle = Kind == IdKind.Integer ? new ItemId(Items / 2) : new ItemId("item 7");
    }

    [GlobalCleanup]
    public void Free() => _retriever!.Dispose();

    [Benchmark]
    public ItemCount CountPassing() => _retriever!.Count(_filter);

    [Benchmark]
    public ScrollPage PageOfAll() => _retriever!.Scroll(new ScrollRequest { Limit = PageItems, After = _middle });

    [Benchmark]
    public ScrollPage PageOfPassing()
        => _retriever!.Scroll(new ScrollRequest { Limit = PageItems, After = _middle, Filter = _filter });
}
