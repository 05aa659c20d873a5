using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Tests.Index.ModelFiles;

[Collection(Alone.Name)]
public class LargeFileTests
{
    private const int Dim = 128;

    [Fact]
    public void A_sparse_file_of_20_million_rows_is_searched_to_its_last_row()
    {
        const long rows = 20_000_000;
        const int filled = 1_000;
        using var folder = new TemporaryFolder();
        string path = folder.File("sparse.safetensors");
        float[] last = SaveSparse(path, rows, filled);
        Assert.True(new FileInfo(path).Length > 10_240_000_000);

        using var file = TensorFile.Open(path);
        using var column = new EmbeddingColumn(
            new EmbeddingSchema("main", Dim, Metric.Dot),
            rows,
            BlockStore<float>.Map(file.Require<float>("rows", TensorType.Float32, rows, Dim), Limits.BlockRows, Dim),
            float16: null,
            bfloat16: null,
            int8: null,
            BlockStore<float>.Map(file.Require<float>("norms", TensorType.Float32, rows), Limits.BlockRows, 1));
        float[] query = [.. Enumerable.Range(0, Dim).Select(i => (float)Math.Cos(i))];
        (uint Row, float Score)[] expected =
        [
            .. Enumerable.Range(0, filled)
                .Select(i => (
                    (uint)(rows - filled + i),
                    CanonicalScore.Round(CanonicalScore.Dot(query, last.AsSpan(i * Dim, Dim)))))
                .OrderByDescending(hit => hit.Item2).ThenBy(hit => hit.Item1).Take(10),
        ];

        var request = new ScanRequest
        {
            Segments = new[]
            {
                new ScanSegment(
                    Dim,
                    RowElement.Float32,
                    ScanMetric.Dot,
                    Enumerable.Range(0, column.BlockCount).Select(column.Block).ToArray()),
            },
            RowCount = rows,
            QueryCount = 1,
            Queries = query,
            Filters = new RowFilter?[] { new LastRows(rows, filled) },
            K = 10,
        };
        using var workspace = new ScanWorkspace();
        FilteredTopK.Search(request, workspace, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(expected, workspace.Hits(0).ToArray().Select(hit => (hit.Row, hit.Score)));

        float[] read = new float[Dim];
        column.Read((uint)(rows - 1), read);
        Assert.Equal(last[^Dim..], read);
    }

    [Fact]
    public void A_million_items_load_without_passing_through_managed_memory()
    {
        const int rows = 1_000_000;
        using var folder = new TemporaryFolder();
        string path = folder.File("million.linr");
        float[] lastRow = SaveMillion(path, rows);
        long liveBefore = NativeBuffer.LiveCount;
        long before = GC.GetAllocatedBytesForCurrentThread();
        LoadedModel model = ModelReader.Open(path, verifyRows: false);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The file is 75 MB; managed memory holds only a few objects a block of 65,536 rows.
        Assert.InRange(allocated, 0, 512 * 1024);
        Assert.Equal(0, model.Items.Embeddings[0].OwnedBytes);
        Assert.Equal(0, model.Items.Ids.OwnedBytes);
        float[] read = new float[16];
        model.Items.Embeddings[0].Read(rows - 1, read);
        Assert.Equal(lastRow, read);
        Assert.True(model.Items.IdMap.TryFind(3L * (rows - 1), out uint row));
        Assert.Equal((uint)(rows - 1), row);
        model.Dispose();
        Assert.Equal(liveBefore, NativeBuffer.LiveCount);
    }

    private static float[] SaveMillion(string path, int rows)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new("size", FieldType.Integer, FieldRoles.Attribute)],
            Embeddings = [new("main", 16)],
        };
        using var builder = new ItemTableBuilder(schema);
        float[] embeddings = new float[rows * 16];
        var random = new Random(1);
        for (int i = 0; i < embeddings.Length; i++)
        {
            embeddings[i] = random.NextSingle() - 0.5f;
        }

        builder.AppendIds([.. Enumerable.Range(0, rows).Select(i => 3L * i)]);
        builder.SetIntegers("size", 0, [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
        builder.SetEmbeddings("main", 0, embeddings);
        using ItemTable items = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = items });
        return embeddings[^16..];
    }

    // The header by hand and the last rows; all before them are a hole.
    private static float[] SaveSparse(string path, long rows, int filled)
    {
        long rowBytes = rows * Dim * sizeof(float);
        long end = rowBytes + (rows * sizeof(float));
        string json = $$"""
            {"rows": {"dtype":"F32", "shape":[{{rows}}, {{Dim}}], "data_offsets":[0, {{rowBytes}}] },
             "norms": {"dtype":"F32", "shape":[{{rows}}], "data_offsets":[{{rowBytes}}, {{end}}] } }
            """;
        byte[] header = new byte[4096];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        Encoding.UTF8.GetBytes(json, header.AsSpan(8));

        float[] last = new float[filled * Dim];
        float[] norms = new float[filled];
        var random = new Random(5);
        for (int i = 0; i < last.Length; i++)
        {
            last[i] = random.NextSingle() - 0.5f;
        }

        for (int i = 0; i < filled; i++)
        {
            norms[i] = (float)Math.Sqrt(CanonicalScore.Dot(last.AsSpan(i * Dim, Dim), last.AsSpan(i * Dim, Dim)));
        }

        using FileStream stream = File.Create(path);
        stream.Write(header);
        stream.SetLength(header.Length + end);
        stream.Position = header.Length + rowBytes - (last.Length * sizeof(float));
        stream.Write(MemoryMarshal.AsBytes<float>(last));
        stream.Position = stream.Length - (filled * sizeof(float));
        stream.Write(MemoryMarshal.AsBytes<float>(norms));
        return last;
    }

    private sealed class LastRows(long rows, int count) : RowFilter
    {
        public override void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask)
        {
            mask[..((rowCount + 63) / 64)].Clear();
            for (int i = 0; i < rowCount; i++)
            {
                if (((long)block * Limits.BlockRows) + firstRow + i >= rows - count)
                {
                    mask[i / 64] |= 1UL << (i % 64);
                }
            }
        }
    }
}
