using System.Buffers;
using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>
/// Logs of every format version still open. To add one for a new version, run with LINR_WRITE_GOLDEN naming the folder
/// to write it to.
/// </summary>
public sealed class GoldenLogTests
{
    private const string Segment = "0000000000000000000.log";

    private static readonly Item s_item = new()
    {
        Id = "shoe-7",
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["colour"] = ["red", "grün"],
            ["price"] = [19.5],
            ["stock"] = [-3L],
            ["sold"] = [false],
            ["since"] = [Value.OfDateMicroseconds(1_700_000_000_000_000)],
            ["title"] = [Value.OfText("A shoe")],
            ["raw"] = [Value.OfBytes([0, 255])],
            ["more"] = [Value.OfJson("{}")],
            ["gone"] = [],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = new float[] { 1, -0.5f, float.NaN } },
    };

    private static readonly ItemChange[] s_changes =
    [
        ItemChange.Upsert(s_item, version: 12),
        ItemChange.Update(s_item with { Id = new Guid("00112233-4455-6677-8899-aabbccddeeff") }),
        ItemChange.Delete(-5, version: -1),
    ];

    [Fact]
    public void Format_1_opens_and_its_changes_are_written_the_same()
    {
        using var folder = new TemporaryFolder();
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            WriteNew(folder.File("new"));
            File.Copy(Path.Combine(folder.File("new"), Segment), Path.Combine(write, "format-1.log"), overwrite: true);
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "format-1.log");
        File.Copy(golden, folder.File(Segment));
        LogSummary summary = ChangeLog.Verify(folder.Root);
        Assert.Equal((40, 43, null), (summary.FirstOffset, summary.EndOffset, summary.Cut));
        using ChangeLog log = ChangeLog.Open(folder.Root);
        byte[][] records = Records.All(log, 40);
        Assert.Equal(s_changes.Select(Bytes), records);
        Assert.All(log.Read(40), record => Assert.Null(record.WrittenAt));
        Assert.Equal(records, records.Select(record => Bytes(ChangeCodec.Read(record))));
    }

    [Fact]
    public void Format_1_of_positions_opens_and_they_are_written_the_same()
    {
        using var folder = new TemporaryFolder();
        SourcePosition[] positions =
        [
            new("orders", "16/B374D848", new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero)),
            new("files", "new/ö.jsonl:4711"),
        ];
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            using (ChangeLog made = ChangeLog.Open(folder.File("new")))
            {
                var unit = new LogUnit();
                unit.Add(s_changes[2]);
                Array.ForEach(positions, unit.Add);
                made.Append(unit);
            }

            File.Copy(
                Path.Combine(folder.File("new"), Segment), Path.Combine(write, "format-1-positions.log"), overwrite: true);
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "format-1-positions.log");
        File.Copy(golden, folder.File(Segment));
        using ChangeLog log = ChangeLog.Open(folder.Root);
        byte[][] records = Records.All(log, 0);
        Assert.Equal([false, true, true], records.Select(record => PositionCodec.IsOne(record)));
        Assert.Equal(positions, records.Skip(1).Select(record => PositionCodec.Read(record)));
        Assert.Equal(records.Skip(1), positions.Select(position =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            PositionCodec.Write(position, buffer);
            return buffer.WrittenSpan.ToArray();
        }));
    }

    private static void WriteNew(string folder)
    {
        using ChangeLog log = ChangeLog.Open(folder, new ChangeLogOptions { StartOffset = 40 });
        var unit = new LogUnit();
        foreach (ItemChange change in s_changes)
        {
            unit.Add(change);
        }

        log.Append(unit);
    }

    private static byte[] Bytes(ItemChange change)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ChangeCodec.Write(change, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
