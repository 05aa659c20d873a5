using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Resident;

/// <summary>
/// What a live table will own besides its mapped file: blocks that a file does not fill are full-sized in memory of the
/// table's own, the others stay where they are mapped.
/// </summary>
/// <param name="file">The model file.</param>
/// <param name="schema">Its schema.</param>
/// <param name="capacity">Items to have room for.</param>
/// <param name="copyRows">Whether embedding rows and codes are copied from the file.</param>
/// <param name="tally">Where it is added.</param>
internal sealed class LiveEstimate(TensorFile file, Schema schema, long capacity, bool copyRows, MemoryTally tally)
{
    // Blocks of values and strings are copied into heaps that double.
    private const double HeapSpare = 1.5;
    private const long HeapBytesMin = 4_096;
    private const long MaskBytes = RowMask.BlockWords * sizeof(ulong);

    private readonly long _rows = RowsOf(file, schema);

    private long Blocks => (Math.Max(capacity, Math.Max(_rows, 1)) + Limits.BlockRows - 1) / Limits.BlockRows;

    private long FullBlocks => _rows / Limits.BlockRows;

    private long OwnedBlocks => Blocks - FullBlocks;

    private double TailShare => _rows == 0 ? 0 : (double)(_rows % Limits.BlockRows) / _rows;

    /// <summary>Adds all of it.</summary>
    public void AddAll()
    {
        tally.Add(MemoryTally.Ids, schema.IdKind switch
        {
            IdKind.Integer => OwnedBlocks * Limits.BlockRows * sizeof(long),
            IdKind.Guid => OwnedBlocks * Limits.BlockRows * GuidIds.IdBytes,
            _ => StringBytes(BytesOf(ModelNames.IdBytes)),
        });
        tally.Add(MemoryTally.IdMap, SlotTable.BytesFor(_rows));
        foreach (FieldSchema field in schema.Fields)
        {
            tally.Add(MemoryTally.Of(field), FieldBytes(field));
        }

        foreach (EmbeddingSchema embedding in schema.Embeddings)
        {
            AddEmbedding(embedding);
        }

        tally.Add(MemoryTally.LiveRows, Blocks * ((Limits.BlockRows * sizeof(long)) + (2 * MaskBytes)));
    }

    private void AddEmbedding(EmbeddingSchema embedding)
    {
        tally.Add(MemoryTally.Of(embedding), RowBytes(embedding, hasNorms: embedding.RowType != RowType.None));
        if (embedding.Codes is { } codes)
        {
            tally.Add(MemoryTally.OfCodes(embedding), RowBlocks * Limits.BlockRows * (codes.Bits / 8));
        }

        if (embedding.Copy is not null)
        {
            tally.Add(
                MemoryTally.OfCopy(embedding), RowBytes(RowCopy.SchemaOf(embedding), RowCopy.HasNorms(embedding)));
        }
    }

    private long RowBlocks => copyRows ? Blocks : OwnedBlocks;

    private long RowBytes(EmbeddingSchema embedding, bool hasNorms)
    {
        long elementBytes = embedding.RowType switch
        {
            RowType.None => 0,
            RowType.Float32 => sizeof(float),
            RowType.Int8 => sizeof(sbyte),
            _ => sizeof(short),
        };
        return (RowBlocks * Limits.BlockRows * embedding.Dim * elementBytes)
            + (OwnedBlocks * Limits.BlockRows * ((hasNorms ? sizeof(float) : 0)
                + (embedding.RowType == RowType.Int8 ? sizeof(short) : 0)));
    }

    private long FieldBytes(FieldSchema field)
    {
        if (field.Type is FieldType.Text or FieldType.Json or FieldType.Bytes)
        {
            long masks = file.Find(ModelNames.Present(field.Name)) is null ? Blocks : OwnedBlocks;
            return StringBytes(BytesOf(ModelNames.Bytes(field.Name))) + (masks * MaskBytes);
        }

        bool isKeyword = field.Type == FieldType.Keyword;
        long elementBytes = isKeyword ? sizeof(uint) : field.Type == FieldType.Boolean ? sizeof(byte) : sizeof(long);
        long keywords = isKeyword ? CountOf(ModelNames.DictionaryOffsets(field.Name)) - 1 : 0;
        long dictionary = SlotTable.BytesFor(Math.Max(keywords, 0));
        if (!field.MultiValued)
        {
            return dictionary
                + (OwnedBlocks * ((Limits.BlockRows * elementBytes) + (isKeyword ? 0 : MaskBytes)));
        }

        const long startBytes = 2 * sizeof(uint);
        long values = CountOf(isKeyword ? ModelNames.Codes(field.Name) : ModelNames.Values(field.Name));
        return dictionary
            + (_rows * startBytes)
            + (OwnedBlocks * Limits.BlockRows * startBytes)
            + HeapBytes((long)(values * TailShare * elementBytes), ValueColumn.FirstValues * elementBytes);
    }

    private long StringBytes(long contentBytes)
        => (OwnedBlocks * Limits.BlockRows * 2 * sizeof(long))
            + HeapBytes((long)(contentBytes * TailShare * 2 / HeapSpare), HeapBytesMin);

    // One block has the rows behind the last full one; the others are empty.
    private long HeapBytes(long tailBytes, long emptyBytes)
        => OwnedBlocks == 0 ? 0
            : Math.Max(emptyBytes, (long)(HeapSpare * tailBytes)) + ((OwnedBlocks - 1) * emptyBytes);

    private long CountOf(string tensor) => file.Find(tensor)?.Count ?? 0;

    private long BytesOf(string tensor) => file.Find(tensor)?.Bytes ?? 0;

    private static long RowsOf(TensorFile file, Schema schema)
        => schema.IdKind == IdKind.Text
            ? Math.Max((file.Find(ModelNames.IdOffsets)?.Count ?? 1) - 1, 0)
            : file.Find(ModelNames.IdValues) is { Shape: [long rows, ..] } ? rows : 0;
}
