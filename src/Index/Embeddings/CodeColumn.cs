using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Index.Embeddings;

/// <summary>
/// The codes of every row of an embedding, in blocks of <see cref="Limits.BlockRows"/> rows, [N, words]. Made of the
/// rows as they are stored, so that they can be made again.
/// </summary>
public sealed class CodeColumn : IDisposable
{
    private readonly BlockStore<ulong> _words;

    /// <summary>A finished column; it owns the storage from now on.</summary>
    internal CodeColumn(SignOporp coder, BlockStore<ulong> words) => (Coder, _words) = (coder, words);

    /// <summary>What makes a row's code, and a query's.</summary>
    public SignOporp Coder { get; }

    /// <summary>
    /// Makes codes of rows that may have none, or others: those that they would have, did their schema ask for them.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="codes">Which codes.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">Codes cannot have so many bits.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CodeColumn Of(EmbeddingColumn rows, EmbeddingCodes codes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(codes);
        SignOporp coder = CoderOf(rows.Schema with { Codes = codes });
        var column = new CodeColumn(coder, BlockStore<ulong>.OfRows(coder.Words));
        try
        {
            var row = new float[rows.Schema.Dim];
            for (long i = 0; i < rows.Rows; i++)
            {
                if (i % Limits.BlockRows == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                rows.ReadStored((uint)i, row);
                coder.Encode(row, column._words.Write(i));
            }

            column._words.Trim(rows.Rows);
            return column;
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of native memory held; what is mapped is not counted.</summary>
    public long OwnedBytes => _words.OwnedBytes;

    /// <summary>The codes of a block, [rows, words].</summary>
    public NativeSlice<ulong> Block(int block) => _words.Block(block);

    /// <summary>The code of a row, [words].</summary>
    public ReadOnlySpan<ulong> Read(uint row) => _words.Read(row);

    /// <summary>As a scan reads it.</summary>
    public ScanSegment Segment()
    {
        var blocks = new RowBlock[_words.BlockCount];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new RowBlock(Block(block).Address, Norms: 0, NormMax: 0);
        }

        return new ScanSegment(Coder.Bits, RowElement.SignCode, ScanMetric.Dot, blocks);
    }

    /// <inheritdoc/>
    public void Dispose() => _words.Dispose();

    /// <summary>The storage, for rows that nobody reads yet.</summary>
    internal BlockStore<ulong> Words => _words;

    /// <summary>What makes the codes of an embedding.</summary>
    internal static SignOporp CoderOf(EmbeddingSchema schema)
        => new(schema.Dim, schema.Codes!.Bits, schema.Codes.Seed);
}
