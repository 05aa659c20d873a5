using System.Runtime.InteropServices;
using Linr.Index.Device;
using Linr.Index.Embeddings;
using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Index.Live;

public sealed class LiveDeviceTableTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(IdKind.Integer, 0, 0)]
    [InlineData(IdKind.Text, 300, 200_000)]
    [InlineData(IdKind.Guid, 900, 0)]
    public void Every_view_has_its_own_rows_until_it_is_disposed(IdKind kind, int given, long capacity)
    {
        var random = new Random(given);
        using var live = new LiveTable(LiveItems.Build(kind, given), capacity);
        DeviceLayout layout = LiveDeviceTable.LayoutOf(live, RowShard.All(live.Table));
        Assert.Equal(layout.Bytes, DeviceBudget.Of([layout], _ => 0).Bytes);
        LiveDeviceTable device = LiveDeviceTable.Upload(Context, live, layout);
        Queue<TableView> views = [];
        views.Enqueue(live.Read());
        for (int round = 0; round < 30; round++)
        {
            live.Apply([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => LiveItems.Id(kind, random.Next(1_200)))
                .Select(id => random.Next(3) == 0 ? ItemChange.Delete(id) : ItemChange.Upsert(LiveItems.Of(id, random.Next(90_000))))]);
            views.Enqueue(live.Read());
            if (views.Count > 4)
            {
                foreach (TableView view in views)
                {
                    AssertSame(view, device);
                }

                views.Dequeue().Dispose();
            }
        }

        while (views.TryDequeue(out TableView? view))
        {
            view.Dispose();
        }

        live.Dispose();
        device.Dispose();
    }

    private void AssertSame(TableView view, LiveDeviceTable device)
    {
        CudaTable arrays = device.ArraysOf(view);
        Assert.Null(device.WhyNot(view));
        arrays.Ready!.Synchronize();
        ulong[] mask = ToHost(arrays.Live);
        long[] order = ToHost(arrays.Order.Numbers);
        byte[][] rows = [.. arrays.Embeddings.Select(embedding => ToHost(embedding.Rows))];
        var live = new List<uint>();
        for (uint row = 0; row < mask.Length * 64; row++)
        {
            if ((mask[row / 64] >> (int)(row % 64) & 1) != 0)
            {
                live.Add(row);
            }
        }

        Assert.Equal(view.LiveRows(), live);
        Assert.True(live.Count == 0 || live[^1] < arrays.RowCount);
        foreach (uint row in live)
        {
            long key = view.Table.Ids.Key(row);
            Assert.Equal(key, order[row]);
            Assert.InRange(key, arrays.Order.Least, arrays.Order.Largest);
            for (int number = 0; number < view.Table.Embeddings.Count; number++)
            {
                EmbeddingColumn column = view.Table.Embeddings[number];
                AssertRow(column, row, arrays.Embeddings[number], rows[number]);
                if (column.Copy is { } copy)
                {
                    int place = device.Layout.CopyNumber(number);
                    AssertRow(copy.Column, row, arrays.Embeddings[place], rows[place]);
                }

                if (column.Codes is { } codes)
                {
                    int place = device.Layout.CodesNumber(number);
                    int bytes = codes.Coder.Words * sizeof(ulong);
                    Assert.Equal(MemoryMarshal.AsBytes(codes.Read(row)), rows[place].AsSpan((int)row * bytes, bytes));
                }
            }
        }
    }

    private static void AssertRow(EmbeddingColumn column, uint row, CudaEmbedding embedding, byte[] rows)
    {
        ReadOnlySpan<byte> expected = column.RowBytes((int)(row / Limits.BlockRows), (int)(row % Limits.BlockRows), 1);
        Assert.Equal(expected, rows.AsSpan((int)row * embedding.RowBytes, expected.Length));
        if (column.Schema.Metric != Metric.Cosine)
        {
            Assert.InRange(column.NormOf(row), 0, embedding.NormMax);
        }
    }
}
