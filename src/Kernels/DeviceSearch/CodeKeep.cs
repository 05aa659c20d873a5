namespace Linr.Kernels;

/// <summary>
/// Which of the rows that pass a filter get scores: the best by codes, exactly as many as are wanted, in the order of a
/// search of these codes. LiNR's quantized filtering (V3). Mutable, as <see cref="DeviceSearchRequest"/> is.
/// </summary>
public sealed class CodeKeep
{
    /// <summary>Which of the table's embeddings are the codes.</summary>
    public required int Codes { get; set; }

    /// <summary>[query][bits]: whole numbers, as <see cref="SignOporp.EncodeQuery"/> makes them.</summary>
    public ReadOnlyMemory<float> Queries { get; set; }

    /// <summary>The share of the rows that pass to keep, rounded up; read where <see cref="Count"/> is 0.</summary>
    public double Share { get; set; }

    /// <summary>Rows to keep; 0: a share.</summary>
    public long Count { get; set; }

    /// <summary>[query]: rows to keep at least; empty: none.</summary>
    public ReadOnlyMemory<long> Least { get; set; }

    /// <summary>Returns if it fits a table and a number of queries.</summary>
    /// <exception cref="ArgumentException">It does not; it names the part, what was expected and what was found.</exception>
    internal void Check(CudaTable table, int queryCount)
    {
        if (Codes < 0 || Codes >= table.Embeddings.Length || table.Embeddings[Codes].Element != CudaElement.SignCode)
        {
            throw new ArgumentException(
                $"Codes: expected the number of an embedding of codes; found {Codes} of {table.Embeddings.Length}.");
        }

        if (Queries.Length != (long)queryCount * table.Embeddings[Codes].Dim)
        {
            throw new ArgumentException(
                $"Queries: expected {queryCount} x {table.Embeddings[Codes].Dim} numbers; found {Queries.Length}.");
        }

        if (!Least.IsEmpty && Least.Length != queryCount)
        {
            throw new ArgumentException($"Least: expected {queryCount} numbers; found {Least.Length}.");
        }

        if (Count < 0 || (Count == 0 && !(Share is > 0 and <= 1)))
        {
            throw new ArgumentException(
                $"Expected a Count, or a Share above 0 and at most 1; found {Count} and {Share}.");
        }
    }
}
