namespace Linr.Formats;

/// <summary>Writes embeddings to one file; disposing completes it. Not for several threads at once.</summary>
public abstract class EmbeddingWriter : IDisposable
{
    private readonly int _dim;
    private readonly IdKind _idKind;

    private protected EmbeddingWriter(int dim, IdKind idKind)
    {
        _dim = dim;
        _idKind = idKind;
    }

    /// <summary>Writes one embedding.</summary>
    /// <exception cref="ArgumentException">
    /// The id is of another kind, or the embedding has another dim or is not finite.
    /// </exception>
    public void Write(ItemId id, ReadOnlySpan<float> embedding)
    {
        if (id.Kind != _idKind)
        {
            throw new ArgumentException($"Expected ids of kind {_idKind}; found {id}.", nameof(id));
        }

        Check(id, "embedding", embedding, _dim);
        WriteRow(id, embedding);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    internal static void Check(ItemId id, string name, ReadOnlySpan<float> embedding, int dim)
    {
        if (embedding.Length != dim)
        {
            throw new ArgumentException(
                $"Item {id}, \"{name}\": expected {dim} numbers; found {embedding.Length}.", nameof(embedding));
        }

        foreach (float number in embedding)
        {
            if (!float.IsFinite(number))
            {
                throw new ArgumentException(
                    $"Item {id}, \"{name}\": expected finite numbers; found {number}.", nameof(embedding));
            }
        }
    }

    private protected abstract void WriteRow(ItemId id, ReadOnlySpan<float> embedding);

    /// <summary>Completes and closes the file.</summary>
    protected abstract void Dispose(bool disposing);
}
