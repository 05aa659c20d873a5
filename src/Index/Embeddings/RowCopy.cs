using Linr.Index.ModelFiles;

namespace Linr.Index.Embeddings;

/// <summary>
/// The rows of an embedding again in fewer bytes, and how far they are from the rows at most: so a search can read the
/// copy first and know which rows it must look at itself. Safe for concurrent readers.
/// </summary>
public sealed class RowCopy : IDisposable
{
    private float[] _lost;

    /// <summary>A finished copy; it owns the column from now on.</summary>
    /// <param name="column">The copy.</param>
    /// <param name="lost">[block]: no row of the block lost more.</param>
    internal RowCopy(EmbeddingColumn column, float[] lost)
    {
        Column = column;
        _lost = lost;
        LostMax = lost.Length == 0 ? 0 : lost.Max();
    }

    /// <summary>The copy. Under cosine it has no norms of its own, and its rows are of norm 1.</summary>
    public EmbeddingColumn Column { get; }

    /// <summary>
    /// [block]: the norm of a row less its copy, the largest of the block; under cosine of both at norm 1.
    /// </summary>
    public ReadOnlySpan<float> Lost => _lost;

    /// <summary>The largest of all.</summary>
    public float LostMax { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => Column.Dispose();

    /// <summary>Makes so many blocks.</summary>
    internal void Grow(int blocks)
    {
        Column.Grow(blocks);
        if (blocks > _lost.Length)
        {
            float[] grown = new float[blocks];
            _lost.CopyTo(grown, 0);
            Volatile.Write(ref _lost, grown);
        }
    }

    /// <summary>A row of a block lost so much.</summary>
    internal void Note(int block, float lost)
    {
        _lost[block] = Math.Max(_lost[block], lost);
        LostMax = Math.Max(LostMax, lost);
    }

    /// <summary>What the copy of an embedding's rows is: an embedding of its own.</summary>
    internal static EmbeddingSchema SchemaOf(EmbeddingSchema schema)
        => new(ModelNames.Copy(schema.Name), schema.Dim, schema.Metric, schema.Copy!.Value);

    /// <summary>Whether a copy has norms of its own.</summary>
    internal static bool HasNorms(EmbeddingSchema schema) => schema.Metric != Metric.Cosine;

    /// <summary>The norm of a row less its copy, rounded up; under cosine of both at norm 1.</summary>
    internal static float LostOf(ReadOnlySpan<float> row, ReadOnlySpan<float> copy, Metric metric)
    {
        double rowScale = ScaleOf(row, metric);
        double copyScale = ScaleOf(copy, metric);
        double squared = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double lost = (row[i] * rowScale) - (copy[i] * copyScale);
            squared += lost * lost;
        }

        return MathF.BitIncrement((float)(Math.Sqrt(squared) * (1 + 1e-12)));
    }

    private static double ScaleOf(ReadOnlySpan<float> row, Metric metric)
    {
        double norm = metric == Metric.Cosine ? EmbeddingNorm.Of(row) : 1;
        return norm > 0 ? 1 / norm : 0;
    }
}
