using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>A table of random rows of halves or whole numbers, or of random codes, made where it is searched.</summary>
internal sealed class RandomRows : IDisposable
{
    private readonly DeviceBuffer<byte> _rows;
    private readonly DeviceBuffer<Half>? _scales;
    private readonly DeviceBuffer<ulong>? _codes;
    private readonly uint _clusters;

    /// <summary>Makes it.</summary>
    /// <param name="context">Where.</param>
    /// <param name="element">Halves, whole numbers or codes.</param>
    /// <param name="rowCount">Rows, N.</param>
    /// <param name="dim">Elements, or bits, of a row, D.</param>
    /// <param name="seed">What they are drawn from.</param>
    /// <param name="hasAttributes">Whether rows have attributes.</param>
    /// <param name="codeBits">Bits of the codes beside rows; 0: none.</param>
    /// <param name="clusters">Clusters of rows of halves; 0: none.</param>
    public RandomRows(
        CudaContext context,
        CudaElement element,
        long rowCount,
        int dim,
        ulong seed,
        bool hasAttributes,
        int codeBits = 0,
        uint clusters = 0)
    {
        Seed = seed;
        _clusters = clusters;
        int rowBytes = CudaEmbedding.RowBytesOf(dim, element);
        using var random = new RandomTableCuda(context);
        using var stream = new CudaStream(context, "random rows");
        _rows = new DeviceBuffer<byte>(context, FusedScan.RoomFor(rowCount) * rowBytes, "random rows");
        if (element == CudaElement.SignCode)
        {
            // Even but for the word without a bit.
            random.LaunchCodes(stream, _rows.Slice().Cast<uint>(), uint.MaxValue, seed);
        }
        else if (element == CudaElement.Int8)
        {
            _scales = new DeviceBuffer<Half>(context, FusedScan.RoomFor(rowCount), "scales of random rows");
            stream.EnqueueZero(_rows.Slice());
            random.LaunchInt8Rows(stream, _rows.Slice(), _scales.Slice(), dim, rowBytes, seed);
        }
        else
        {
            stream.EnqueueZero(_rows.Slice());
            random.LaunchRows(stream, _rows.Slice(), dim, rowBytes, seed, clusters);
        }

        Attributes = hasAttributes ? new RandomAttributes(context, random, stream, rowCount, seed) : null;
        var embedding = new CudaEmbedding(
            element, ScanMetric.Dot, dim, _rows.Slice(), default, RandomTable.NormMax)
        {
            Scales = _scales?.Slice() ?? default,
            ScaleMax = _scales is null ? float.PositiveInfinity : LargestOf(stream, _scales.Slice()),
        };
        if (codeBits > 0)
        {
            Coder = new SignOporp(dim, codeBits, seed);
            _codes = new DeviceBuffer<ulong>(context, FusedScan.RoomFor(rowCount) * Coder.Words, "codes of random rows");
            using var encode = new SignOporpCuda(context, Coder, element);
            encode.Launch(stream, embedding, _codes.Slice());
            stream.Synchronize();
        }

        stream.Synchronize();
        Table = new CudaTable
        {
            Context = context,
            RowCount = checked((uint)rowCount),
            Embeddings = _codes is null
                ? [embedding]
                :
                [
                    embedding,
                    new CudaEmbedding(
                        CudaElement.SignCode, ScanMetric.Dot, codeBits, _codes.Slice().Cast<byte>(), default, NormMax: 0),
                ],
            Order = default,
            Columns = Attributes is null ? [] : [.. Attributes.OnDevice],
        };
    }

    /// <summary>What the rows were drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>As searches take it. Rows of equal score are in their own order.</summary>
    public CudaTable Table { get; }

    /// <summary>What makes the codes beside the rows; null: there are none.</summary>
    public SignOporp? Coder { get; }

    /// <summary>The attributes, if there are any.</summary>
    public RandomAttributes? Attributes { get; }

    /// <summary>The rows' bytes.</summary>
    public DeviceSlice<byte> Rows => _rows.Slice();

    /// <summary>Queries of the rows' own kind, but not among them: [query][D].</summary>
    public float[] Queries(int first, int count)
    {
        int dim = Table.Embeddings[0].Dim;
        var queries = new float[count * dim];
        if (Table.Embeddings[0].Element == CudaElement.SignCode)
        {
            for (int i = 0; i < queries.Length; i++)
            {
                queries[i] = (2 * (int)RandomTable.Code(Seed, (Table.RowCount * 2L) + (first * dim) + i, 2)) - 3;
            }

            return queries;
        }

        var query = new Half[dim];
        for (int q = 0; q < count; q++)
        {
            RandomTable.Row(Seed, Table.RowCount + first + q, query, _clusters);
            for (int i = 0; i < dim; i++)
            {
                queries[(q * dim) + i] = (float)query[i];
            }
        }

        return queries;
    }

    private static float LargestOf(CudaStream stream, DeviceSlice<Half> scales)
    {
        const int PieceLength = 1 << 24;
        var piece = new Half[Math.Min(PieceLength, scales.Length)];
        float largest = 0;
        for (long first = 0; first < scales.Length; first += piece.Length)
        {
            int count = (int)Math.Min(piece.Length, scales.Length - first);
            stream.Download(scales.Slice(first, count), piece.AsSpan(0, count));
            largest = Math.Max(largest, (float)TensorPrimitives.Max<Half>(piece.AsSpan(0, count)));
        }

        return largest;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _scales?.Dispose();
        _codes?.Dispose();
        Attributes?.Dispose();
    }
}
