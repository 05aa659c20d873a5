using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Tests.Index.ModelFiles;

[Collection(Alone.Name)]
public class DamagedFileTests
{
    [Fact]
    public void Every_damaged_byte_is_found()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        long liveBefore = NativeBuffer.LiveCount;
        byte[] bytes = File.ReadAllBytes(path);
        (long rowsStart, long rowsEnd, long checksumsStart) = RowsOf(path);
        for (int at = 0; at < bytes.Length; at++)
        {
            Overwrite(path, at, (byte)(bytes[at] ^ (1 << (at % 8))));
            ModelFormatException error = Assert.Throws<ModelFormatException>(() =>
            {
                using LoadedModel model = ModelReader.Open(path, verifyRows: false);

                // Only the rows, and the checksum of the rows, are left to Verify.
                Assert.True((at >= rowsStart && at < rowsEnd) || at >= checksumsStart, $"byte {at}");
                model.Verify(cancellation: TestContext.Current.CancellationToken);
            });
            Assert.Equal(path, error.Path);
            Assert.NotEmpty(error.Section);
            Assert.NotEqual(error.Expected, error.Found);
            Overwrite(path, at, bytes[at]);
        }

        using (LoadedModel whole = ModelReader.Open(path))
        {
            whole.Verify(cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(liveBefore, NativeBuffer.LiveCount);
    }

    [Fact]
    public void A_file_cut_anywhere_says_so()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        byte[] bytes = File.ReadAllBytes(path);
        long[] cuts;
        using (var file = TensorFile.Open(path))
        {
            cuts =
            [
                0, 1, 7, 8, 100, 4095, bytes.Length - 1,
                .. file.Tensors.Select(tensor => tensor.Start),
                .. file.Tensors.Select(tensor => tensor.Start + (tensor.Bytes / 2)),
            ];
        }

        foreach (long cut in cuts.Where(cut => cut < bytes.Length))
        {
            File.WriteAllBytes(path, bytes[..(int)cut]);
            ModelFormatException error = Assert.Throws<ModelFormatException>(() => ModelReader.Open(path));
            Assert.Equal(path, error.Path);
            Assert.NotEmpty(error.Section);
        }

        File.WriteAllBytes(path, [.. bytes, 0]);
        Assert.Equal("header", Assert.Throws<ModelFormatException>(() => ModelReader.Open(path)).Section);
    }

    [Fact]
    public async Task Damaged_embedding_rows_are_found_in_the_background()
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder);
        (long start, _, _) = RowsOf(path);
        Overwrite(path, start + 3, 0x55);
        using LoadedModel model = ModelReader.Open(path);
        ModelFormatException error = await Assert.ThrowsAsync<ModelFormatException>(() => model.Verification);
        Assert.Equal("embeddings/main/rows", error.Section);
        Assert.Equal(start, error.ByteOffset);
        Assert.StartsWith("XXH3 ", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_file_is_verified_in_the_background()
    {
        using var folder = new TemporaryFolder();
        using LoadedModel model = ModelReader.Open(Save(folder));
        await model.Verification;
        Assert.True(model.Verification.IsCompletedSuccessfully);
    }

    private static string Save(TemporaryFolder folder)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new("tags", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true)],
            Embeddings = [new("main", 3)],
        };
        using var builder = new ItemTableBuilder(schema);
        for (int i = 0; i < 4; i++)
        {
            builder.Append(new Item
            {
                Id = i,
                Fields = new Dictionary<string, IReadOnlyList<Value>> { ["tags"] = [$"t{i}", "all"] },
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["main"] = new float[] { i, 1, 2 } },
            });
        }

        using ItemTable items = builder.Build();
        string path = folder.File("small.linr");
        ModelWriter.Write(path, new ModelContents { Items = items });
        return path;
    }

    private static (long Start, long End, long Checksums) RowsOf(string path)
    {
        using var file = TensorFile.Open(path);
        TensorInfo rows = file.Find("embeddings/main/rows")!;
        return (rows.Start, rows.Start + rows.Bytes, file.Find(TensorNames.Checksums)!.Start);
    }

    private static void Overwrite(string path, long at, byte value)
    {
        using FileStream stream = File.OpenWrite(path);
        stream.Position = at;
        stream.WriteByte(value);
    }
}
