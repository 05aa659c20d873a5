using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Bench.Device;

/// <summary>
/// Random halves of items for learned similarities, made where they are searched: an embedding for a first stage, the
/// half of a network, and the components and gate parts of a mixture.
/// </summary>
internal sealed class SimilarityRows : IDisposable
{
    public const int FirstStage = 0;
    public const int Network = 1;
    public const int Components = 2;
    public const int Gate = 3;
    public const int NetworkWidth = 50;
    public const int ItemComponents = 4;
    public const int QueryComponents = 8;
    public const int ComponentDim = 64;
    private const int FirstStageDim = 128;

    private readonly List<CudaOwner> _owners = [];
    private readonly List<NativeBuffer> _copies = [];

    public SimilarityRows(CudaContext context, long rowCount, ulong seed)
    {
        using var random = new RandomTableCuda(context);
        using var stream = new CudaStream(context, "random halves");
        Table = new CudaTable
        {
            Context = context,
            RowCount = checked((uint)rowCount),
            Embeddings =
            [
                Make(FirstStageDim, 1, seed),
                Make(NetworkWidth, 1, seed + 1),
                Make(ComponentDim, ItemComponents, seed + 2),
                Make(QueryComponents * ItemComponents, 1, seed + 3),
            ],
            Order = default,
        };
        stream.Synchronize();

        CudaEmbedding Make(int dim, int parts, ulong own)
        {
            // Parts of a row lie side by side: each is a row of norm 1 of its own.
            int rowBytes = CudaEmbedding.RowBytesOf(dim, CudaElement.Float16);
            var rows = new DeviceBuffer<byte>(context, FusedScan.RoomFor(rowCount) * parts * rowBytes, "random halves");
            _owners.Add(rows);
            stream.EnqueueZero(rows.Slice());
            random.LaunchRows(stream, rows.Slice(), dim, rowBytes, own);
            return new CudaEmbedding(
                CudaElement.Float16,
                ScanMetric.Dot,
                dim * parts,
                rows.Slice(),
                default,
                RandomTable.NormMax * MathF.Sqrt(parts));
        }
    }

    /// <summary>As searches take it.</summary>
    public CudaTable Table { get; }

    /// <summary>Vectors of norm 1 that are like rows, but not among them.</summary>
    public float[] Vectors(int dim, long first, int count, ulong seed)
    {
        var halves = new Half[dim];
        var vectors = new float[dim * count];
        for (int i = 0; i < count; i++)
        {
            RandomTable.Row(seed, (Table.RowCount * ItemComponents) + first + i, halves);
            for (int d = 0; d < dim; d++)
            {
                vectors[(i * dim) + d] = (float)halves[d];
            }
        }

        return vectors;
    }

    /// <summary>An embedding as the processor scans it: a copy of all rows, kept until this is disposed.</summary>
    public ScanSegment ToHost(int embedding)
    {
        CudaEmbedding of = Table.Embeddings[embedding];
        int hostBytes = of.Dim * sizeof(ushort);
        long blockCount = (Table.RowCount + ScanSegment.BlockRows - 1L) / ScanSegment.BlockRows;
        var rows = new NativeBuffer(blockCount * ScanSegment.BlockRows * hostBytes);
        _copies.Add(rows);
        using var stream = new CudaStream(Table.Context, "copy of rows");
        var piece = new byte[(long)ScanSegment.BlockRows * of.RowBytes];
        var blocks = new RowBlock[blockCount];
        for (int block = 0; block < blocks.Length; block++)
        {
            long first = (long)block * ScanSegment.BlockRows;
            int count = (int)Math.Min(ScanSegment.BlockRows, Table.RowCount - first);
            Span<byte> here = piece.AsSpan(0, count * of.RowBytes);
            stream.Download(of.Rows.Slice(first * of.RowBytes, here.Length), here);
            for (int row = 0; row < count; row++)
            {
                here.Slice(row * of.RowBytes, hostBytes).CopyTo(rows.Span<byte>((first + row) * hostBytes, hostBytes));
            }

            blocks[block] = new RowBlock(rows.Address + (nint)(first * hostBytes), 0, of.NormMax, 0);
        }

        return new ScanSegment(of.Dim, RowElement.Float16, ScanMetric.Dot, blocks);
    }

    /// <summary>Gives the copies back.</summary>
    public void Forget()
    {
        _copies.ForEach(copy => copy.Dispose());
        _copies.Clear();
    }

    public void Dispose()
    {
        Forget();
        _owners.ForEach(owner => owner.Dispose());
    }
}
