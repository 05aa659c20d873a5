using System.Collections.Immutable;
using Linr.Engine;

namespace Linr.Bench.Load;

/// <summary>
/// Searches of a model, the same for the service and for the engine: of a history of three items by chance where it has
/// a query tower, else of a random vector.
/// </summary>
internal sealed class Workload
{
    private const int Searches = 4_096;
    private const int HistoryItems = 3;
    private const int KnownItems = 10_000;
    private readonly Client.SearchRequest[] _ofService;
    private readonly SearchRequest[] _ofEngine;

    public Workload(Retriever retriever, LoadOptions options)
    {
        var random = new Random(options.Seed);
        Items = retriever.Scroll(new ScrollRequest { Limit = KnownItems }).Items;
        _ofEngine = new SearchRequest[Searches];
        _ofService = new Client.SearchRequest[Searches];
        bool hasTower = retriever.HasQueryTower;
        for (int i = 0; i < Searches; i++)
        {
            ImmutableArray<ItemId> history = hasTower
                ? [.. Enumerable.Range(0, HistoryItems).Select(_ => Items[random.Next(Items.Length)].Id)] : [];
            string? text = options.HasClauses ? RandomModel.Clauses(random) : options.Filter;
            float[]? vector = hasTower ? null : RandomModel.RandomVector(retriever.Schema.Embeddings[0].Dim, random);
            _ofEngine[i] = new SearchRequest
            {
                History = history,
                Embeddings = vector is null ? [] : [new EmbeddingQuery(retriever.Schema.Embeddings[0].Name, vector)],
                Filter = text is null ? null : Linr.Filters.Filter.Parse(text),
                K = options.K,
            };
            _ofService[i] = new Client.SearchRequest
            {
                Model = ServerProcess.ModelName,
                History = [.. history.Select(Convert)],
                Embeddings = vector is null ? [] : [new Client.EmbeddingQuery(vector)],
                Filter = text,
                K = options.K,
            };
        }

        Description = $"{(hasTower ? $"history of {HistoryItems} items" : "random vector")}, top {options.K}"
            + (options.HasClauses ? $", {RandomModel.GeosPassed} of {RandomModel.GeoCount} geos and not one company, "
                + "drawn for each" : options.Filter is null ? string.Empty : $", {options.Filter}");
    }

    /// <summary>Items of the model, the first by their keys.</summary>
    public ImmutableArray<Item> Items { get; }

    /// <summary>What is searched, in words.</summary>
    public string Description { get; }

    public Client.SearchRequest OfService(long i) => _ofService[i % Searches];

    public SearchRequest OfEngine(long i) => _ofEngine[i % Searches];

    public static Client.ItemId Convert(ItemId id) => id.Kind switch
    {
        IdKind.Integer => id.Integer,
        IdKind.Guid => id.Guid,
        _ => id.Text,
    };
}
