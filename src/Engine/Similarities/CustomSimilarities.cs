using System.Collections.Immutable;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Similarities;

/// <summary>The similarities in C# of a retriever, checked against its schema.</summary>
internal sealed class CustomSimilarities
{
    private readonly Dictionary<string, (CustomSimilarity Similarity, RowSimilarity Kernel)> _known = [];

    /// <summary>Checks the similarities.</summary>
    /// <param name="similarities">The similarities.</param>
    /// <param name="schema">The schema that they read.</param>
    /// <param name="taken">Names of the model's own.</param>
    /// <exception cref="ArgumentException">A name is taken, or an embedding is not there, has no rows, or does not fit.
    /// </exception>
    public CustomSimilarities(
        ImmutableArray<CustomSimilarity> similarities, Schema schema, IEnumerable<string> taken)
    {
        HashSet<string> names = [.. taken];
        foreach (CustomSimilarity similarity in similarities)
        {
            if (!names.Add(similarity.Name))
            {
                throw Wrong(similarity, "expected a name of its own; found it twice or in the model");
            }

            EmbeddingSchema query = schema.FindEmbedding(similarity.QueryEmbedding) ?? throw Wrong(
                similarity,
                $"expected {Known(schema)} as its query's embedding; found \"{similarity.QueryEmbedding}\"");
            ImmutableArray<int> dims =
                [.. similarity.ItemEmbeddings.Select(name => RowsOf(similarity, schema, name).Dim)];
            int width = similarity.PreparedWidth(query.Dim, dims);
            if (width < 0)
            {
                throw Wrong(similarity, $"expected a PreparedWidth of 0 or more; found {width}");
            }

            _known.Add(similarity.Name, (similarity, new CustomKernel(similarity, query, width, dims)));
        }
    }

    /// <summary>Candidates that a request without a first stage gets; null: every row is scored.</summary>
    public int? Candidates { get; set; }

    /// <summary>The names.</summary>
    public IEnumerable<string> Names => _known.Keys;

    /// <summary>The similarity of that name, or null.</summary>
    public CustomSimilarity? Find(string name) => _known.GetValueOrDefault(name).Similarity;

    /// <summary>What scores for a similarity.</summary>
    public RowSimilarity Kernel(CustomSimilarity similarity) => _known[similarity.Name].Kernel;

    private static EmbeddingSchema RowsOf(CustomSimilarity similarity, Schema schema, string name)
        => schema.FindEmbedding(name) is { RowType: not RowType.None } embedding
            ? embedding
            : throw Wrong(similarity, schema.FindEmbedding(name) is null
                ? $"expected {Known(schema)} as an item's embedding; found \"{name}\""
                : $"expected an embedding with rows; \"{name}\" has codes alone");

    private static string Known(Schema schema)
        => $"one of {string.Join(", ", schema.Embeddings.Select(one => one.Name).DefaultIfEmpty("none"))}";

    private static ArgumentException Wrong(CustomSimilarity similarity, string problem)
        => new($"RetrieverOptions.Similarities: \"{similarity.Name}\": {problem}.", nameof(similarity));
}
