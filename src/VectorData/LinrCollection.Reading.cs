using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Linr.Engine;
using Linr.Filters;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <content>Records by their keys, by a filter, and by a vector.</content>
public partial class LinrCollection<TKey, TRecord>
{
    /// <inheritdoc/>
    public override Task<TRecord?> GetAsync(
        TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool withVectors = WithVectors(options?.IncludeVectors);
        ItemId id = _map.Key.ToId(key);
        FoundItems found = Read("Get", retriever => retriever.Get([id], _map.Fields, withVectors));
        return Task.FromResult(found.Items is [var item] ? _map.ToRecord<TRecord>(item, withVectors) : null);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        IEnumerable<TKey> keys,
        RecordRetrievalOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        bool withVectors = WithVectors(options?.IncludeVectors);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (Item item in Items(keys.Select(key => _map.Key.ToId(key)), withVectors))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return _map.ToRecord<TRecord>(item, withVectors);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new FilteredRecordRetrievalOptions<TRecord>();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        bool withVectors = WithVectors(options.IncludeVectors);
        var order = RecordOrder.Of(_map, options);
        int count = (int)Math.Min((long)top + options.Skip, int.MaxValue);
        await Task.CompletedTask.ConfigureAwait(false);
        IEnumerable<Item> items;
        if (order is null)
        {
            items = Passing(filter, count, fields: null, withVectors, cancellationToken).Skip(options.Skip);
        }
        else
        {
            IEnumerable<Item> keys = Passing(filter, int.MaxValue, order.Fields, withVectors: false, cancellationToken);
            items = Items(order.First(keys, count).Skip(options.Skip).Select(item => item.Id), withVectors);
        }

        foreach (Item item in items)
        {
            yield return _map.ToRecord<TRecord>(item, withVectors);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue,
        int top,
        VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new VectorSearchOptions<TRecord>();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        bool withVectors = WithVectors(options.IncludeVectors);
        VectorMap vector = _map.FindVector(_map.Model.GetVectorPropertyOrSingle(options))!;
        ReadOnlyMemory<float> query = await QueryOfAsync(vector, searchValue, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<(Item Item, double Score)> found = Read(
            "Search", retriever => Search(retriever, vector, query, top, options, withVectors, cancellationToken));
        foreach ((Item item, double score) in found)
        {
            yield return new VectorSearchResult<TRecord>(_map.ToRecord<TRecord>(item, withVectors), score);
        }
    }

    private static async Task<ReadOnlyMemory<float>> QueryOfAsync<TInput>(
        VectorMap vector, TInput value, CancellationToken cancellation)
        where TInput : notnull
    {
        if (VectorMap.NumbersOf(value) is { } numbers)
        {
            return numbers;
        }

        if (vector.Property.EmbeddingGenerator is not { } generator)
        {
            throw new NotSupportedException(
                VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(value.GetType(), VectorMap.Names));
        }

        if (vector.Property.EmbeddingGenerationDispatcher is null)
        {
            throw new InvalidOperationException(
                VectorDataStrings.IncompatibleEmbeddingGeneratorWasConfiguredForInputType(
                    value.GetType(), generator.GetType()));
        }

        Embedding made = await vector.Property.GenerateEmbeddingAsync(value, cancellation).ConfigureAwait(false);
        return VectorMap.NumbersOf(made)!.Value;
    }

    private List<(Item Item, double Score)> Search(
        Retriever retriever,
        VectorMap vector,
        ReadOnlyMemory<float> query,
        int top,
        VectorSearchOptions<TRecord> options,
        bool withVectors,
        CancellationToken cancellation)
    {
        Filter filter = !new ExistsClause(vector.MissingField);
        SearchResponse response = retriever.Search(
            new SearchRequest
            {
                Embeddings = [new EmbeddingQuery(vector.Property.StorageName, query)],
                Filter = options.Filter is { } asked ? filter & Translate(asked, retriever.Schema) : filter,
                K = (int)Math.Min((long)top + options.Skip, int.MaxValue),
                ScoreMin = options.ScoreThreshold is { } threshold ? vector.Distance.ScoreMin(threshold) : null,
                Fields = _map.Fields,
            },
            cancellation);
        IEnumerable<(Item Item, double Score)> hits = response.Hits
            .Select(hit => (new Item { Id = hit.Id, Fields = hit.Fields }, vector.Distance.FromScore(hit.Score)));
        if (options.ScoreThreshold is { } least)
        {
            hits = hits.Where(hit => vector.Distance.Reaches(hit.Item2, least));
        }

        hits = hits.Skip(options.Skip);
        return withVectors ? WithVectors(retriever, hits) : [.. hits];
    }

    // What is gone since the search is left out, and what has changed is given as it is now, fields and vectors alike.
    private List<(Item Item, double Score)> WithVectors(
        Retriever retriever, IEnumerable<(Item Item, double Score)> hits)
    {
        var whole = new List<(Item Item, double Score)>();
        foreach ((Item Item, double Score)[] some in hits.Chunk(Limits.ScrollMax))
        {
            var found = retriever.Get([.. some.Select(hit => hit.Item.Id)], _map.Fields, withEmbeddings: true)
                .Items.ToDictionary(item => item.Id);
            foreach ((Item item, double score) in some)
            {
                if (found.TryGetValue(item.Id, out Item? now))
                {
                    whole.Add((now, score));
                }
            }
        }

        return whole;
    }

    // Those that there are, in the order of the ids.
    private IEnumerable<Item> Items(IEnumerable<ItemId> ids, bool withVectors)
        => ids.Chunk(Limits.ScrollMax).SelectMany(
            some => Read("Get", retriever => retriever.Get(some, _map.Fields, withVectors)).Items);

    private IEnumerable<Item> Passing(
        Expression<Func<TRecord, bool>> filter,
        int count,
        IEnumerable<string>? fields,
        bool withVectors,
        CancellationToken cancellation)
    {
        ItemId? after = null;
        while (count > 0)
        {
            ScrollPage page = Read("Get", retriever => retriever.Scroll(
                new ScrollRequest
                {
                    Filter = Translate(filter, retriever.Schema),
                    After = after,
                    Limit = Math.Min(count, Limits.ScrollMax),
                    Fields = [.. fields ?? _map.Fields],
                    WithEmbeddings = withVectors,
                },
                cancellation));
            foreach (Item item in page.Items)
            {
                yield return item;
            }

            count = page.Next is null ? 0 : count - page.Items.Length;
            after = page.Next;
        }
    }

    private Filter Translate(LambdaExpression filter, Schema schema) => new RecordFilter(_map, schema).Translate(filter);

    private bool WithVectors(bool? isWanted)
        => isWanted is true && _map.Model.EmbeddingGenerationRequired
            ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration)
            : isWanted ?? false;
}
