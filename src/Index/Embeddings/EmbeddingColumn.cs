using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Index.Embeddings;

/// <summary>
/// One embedding of every row of a table, in blocks of <see cref="Limits.BlockRows"/> rows, row-major [N, D]: 32-bit
/// rows as they were given, or 16- or 8-bit rows (under cosine normalised first), 8-bit ones with a scale each; and a
/// 32-bit norm a row. Or codes alone. Beside the rows may stand their codes and a smaller copy. Safe for concurrent
/// readers; what they may read never changes.
/// </summary>
public sealed partial class EmbeddingColumn : IDisposable
{
    // Rows normalised and then rounded: see RowBlock.
    private const float NormalisedHalfMax = 1 + (1 / 1024f);
    private const float NormalisedBFloatMax = 1 + (1 / 128f);

    private readonly BlockStore<float>? _float32;
    private readonly BlockStore<Half>? _float16;
    private readonly BlockStore<ushort>? _bfloat16;
    private readonly Int8Store? _int8;
    private readonly BlockStore<float>? _norms;
    private float[] _normMax;

    /// <summary>A finished column; it owns the storage from now on.</summary>
    internal EmbeddingColumn(
        EmbeddingSchema schema,
        long rows,
        BlockStore<float>? float32,
        BlockStore<Half>? float16,
        BlockStore<ushort>? bfloat16,
        Int8Store? int8,
        BlockStore<float>? norms,
        CodeColumn? codes = null,
        RowCopy? copy = null)
    {
        Codes = codes;
        Copy = copy;
        Schema = schema;
        Rows = rows;
        _float32 = float32;
        _float16 = float16;
        _bfloat16 = bfloat16;
        _int8 = int8;
        _norms = norms;
        _normMax = new float[norms?.BlockCount ?? 0];
        for (int block = 0; block < _normMax.Length; block++)
        {
            _normMax[block] = TensorPrimitives.Max(norms!.Block(block).Span);
        }
    }

    /// <summary>Its name, width, metric and row type.</summary>
    public EmbeddingSchema Schema { get; }

    /// <summary>The rows' codes; null where the schema asks for none.</summary>
    public CodeColumn? Codes { get; }

    /// <summary>The rows again in fewer bytes; null where the schema asks for none.</summary>
    public RowCopy? Copy { get; }

    /// <summary>How many rows.</summary>
    public long Rows { get; private set; }

    /// <summary>How many blocks.</summary>
    public int BlockCount => (int)((Rows + Limits.BlockRows - 1) / Limits.BlockRows);

    /// <summary>No row's norm is larger; 1 where rows have none.</summary>
    public float NormMax => _normMax.Length == 0 ? 1 : _normMax.Max();

    /// <summary>Whether rows have a norm each: all rows have, but a copy's under cosine.</summary>
    internal bool HasNorms => _norms is not null;

    /// <summary>Bytes of native memory held; what is mapped is not counted.</summary>
    public long OwnedBytes => (_float32?.OwnedBytes ?? 0) + (_float16?.OwnedBytes ?? 0)
        + (_bfloat16?.OwnedBytes ?? 0) + (_int8?.OwnedBytes ?? 0) + (_norms?.OwnedBytes ?? 0) + (Codes?.OwnedBytes ?? 0)
        + (Copy?.Column.OwnedBytes ?? 0);

    /// <summary>The rows of a block, [rows, D].</summary>
    /// <exception cref="InvalidOperationException">The rows are not 32-bit.</exception>
    public NativeSlice<float> Float32Block(int block) => (_float32 ?? throw WrongType(RowType.Float32)).Block(block);

    /// <summary>The rows of a block, [rows, D].</summary>
    /// <exception cref="InvalidOperationException">The rows are not halves.</exception>
    public NativeSlice<Half> Float16Block(int block) => (_float16 ?? throw WrongType(RowType.Float16)).Block(block);

    /// <summary>The rows of a block, [rows, D], of <see cref="BFloats"/>.</summary>
    /// <exception cref="InvalidOperationException">The rows are not bfloats.</exception>
    public NativeSlice<ushort> BFloat16Block(int block)
        => (_bfloat16 ?? throw WrongType(RowType.BFloat16)).Block(block);

    /// <summary>The values of a block's rows, [rows, D], of <see cref="Int8Rows"/>.</summary>
    /// <exception cref="InvalidOperationException">The rows are not 8-bit.</exception>
    public NativeSlice<sbyte> Int8Block(int block) => (_int8 ?? throw WrongType(RowType.Int8)).Values.Block(block);

    /// <summary>The scales of a block's rows, [rows].</summary>
    /// <exception cref="InvalidOperationException">The rows are not 8-bit.</exception>
    public NativeSlice<Half> ScaleBlock(int block) => (_int8 ?? throw WrongType(RowType.Int8)).Scales.Block(block);

    /// <summary>The bytes of some rows of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The first row within the block.</param>
    /// <param name="count">How many.</param>
    public ReadOnlySpan<byte> RowBytes(int block, int first, int count)
    {
        (long start, int length) = ((long)first * Schema.Dim, count * Schema.Dim);
        return Schema.RowType switch
        {
            RowType.Float32 => MemoryMarshal.AsBytes(Float32Block(block).Slice(start, length).Span),
            RowType.Float16 => MemoryMarshal.AsBytes(Float16Block(block).Slice(start, length).Span),
            RowType.Int8 => MemoryMarshal.AsBytes(Int8Block(block).Slice(start, length).Span),
            _ => MemoryMarshal.AsBytes(BFloat16Block(block).Slice(start, length).Span),
        };
    }

    /// <summary>The norms of a block, [rows].</summary>
    /// <exception cref="InvalidOperationException">There are no rows, or it is a copy that needs no norms.</exception>
    public NativeSlice<float> NormBlock(int block) => (_norms ?? throw NoRows()).Block(block);

    /// <summary>A block, as a scan reads it.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public RowBlock Block(int block)
    {
        if (Schema.RowType == RowType.None)
        {
            throw NoRows();
        }

        bool normalised = _float32 is null && Schema.Metric == Metric.Cosine;
        nint rows = _float32?.Block(block).Address ?? _float16?.Block(block).Address
            ?? _int8?.Values.Block(block).Address ?? _bfloat16!.Block(block).Address;
        nint scales = _int8?.Scales.Block(block).Address ?? 0;
        return normalised
            ? new RowBlock(rows, Norms: 0, _bfloat16 is null ? NormalisedHalfMax : NormalisedBFloatMax, scales)
            : new RowBlock(rows, _norms!.Block(block).Address, _normMax[block], scales);
    }

    /// <summary>
    /// The norm of a row's embedding, rounded to float: as it was given for 32-bit rows and for cosine, as it is stored
    /// for other rows of fewer bits; 1 for codes alone.
    /// </summary>
    public float NormOf(uint row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _norms?.ReadOne(row) ?? 1;
    }

    /// <summary>
    /// Copies a row's embedding, as it was given: 32-bit rows bit for bit, others to their precision, and of codes
    /// alone the direction that the code tells.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">[D] at least.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void Read(uint row, Span<float> destination)
    {
        ReadStored(row, destination);
        if (_float32 is null && Schema.Metric == Metric.Cosine)
        {
            Span<float> given = destination[..Schema.Dim];
            TensorPrimitives.Multiply(given, NormOf(row), given);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _float32?.Dispose();
        _float16?.Dispose();
        _bfloat16?.Dispose();
        _int8?.Dispose();
        _norms?.Dispose();
        Codes?.Dispose();
        Copy?.Dispose();
        _writer?.Dispose();
    }

    /// <summary>Copies a row as it is stored: normalised, if it is a row of fewer bits under cosine.</summary>
    internal void ReadStored(uint row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (_float32 is not null)
        {
            _float32.Read(row).CopyTo(destination);
        }
        else if (_float16 is not null)
        {
            TensorPrimitives.ConvertToSingle(_float16.Read(row), destination);
        }
        else if (_int8 is not null)
        {
            _int8.Read(row, destination);
        }
        else if (_bfloat16 is null)
        {
            Codes!.Coder.Decode(Codes.Read(row), destination[..Schema.Dim]);
        }
        else
        {
            BFloats.Widen(_bfloat16!.Read(row), destination);
        }
    }

    private InvalidOperationException NoRows()
        => new($"Embedding \"{Schema.Name}\": expected rows and their norms; found none.");

    private InvalidOperationException WrongType(RowType expected)
        => new($"Embedding \"{Schema.Name}\": expected rows of type {expected}; found {Schema.RowType}.");
}
