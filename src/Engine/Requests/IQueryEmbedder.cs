using System.Collections.Immutable;

namespace Linr.Engine.Requests;

/// <summary>Embeds histories and query features: the model's query tower, or one from outside.</summary>
internal interface IQueryEmbedder : IDisposable
{
    /// <summary>The embedding that it gives queries for.</summary>
    string Embedding { get; }

    /// <summary>The features that it reads, besides the history.</summary>
    IEnumerable<string> FeatureNames { get; }

    /// <summary>Query embeddings of histories, oldest item first, and query features, all at once.</summary>
    /// <exception cref="ArgumentException">A feature is of a type that cannot be read.</exception>
    IEnumerable<EmbeddingQuery> Embed(
        IReadOnlyList<(ImmutableArray<uint> History, IReadOnlyDictionary<string, IReadOnlyList<Value>> Features)>
            queries);
}
