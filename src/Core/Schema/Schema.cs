using System.Collections.Immutable;

namespace Linr;

/// <summary>What every item of a model looks like: its kind of id, its fields and its embeddings.</summary>
public sealed record Schema
{
    /// <summary>What item ids are made of.</summary>
    public required IdKind IdKind { get; init; }

    /// <summary>The fields, in order.</summary>
    public ImmutableArray<FieldSchema> Fields { get; init; } = [];

    /// <summary>The embeddings, in order.</summary>
    public ImmutableArray<EmbeddingSchema> Embeddings { get; init; } = [];

    /// <summary>The field of that name, or null.</summary>
    public FieldSchema? FindField(string name) => Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>The embedding of that name, or null.</summary>
    public EmbeddingSchema? FindEmbedding(string name) => Embeddings.FirstOrDefault(one => one.Name == name);
}
