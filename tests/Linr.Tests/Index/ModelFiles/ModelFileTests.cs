using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Tests.Index.ModelFiles;

public class ModelFileTests
{
    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void A_table_comes_back_from_its_file(IdKind kind)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.linr");
        using ItemTable table = SmallTable(kind);
        ModelWriter.Write(path, new ModelContents { Items = table, Version = "v7", LayersJson = "[{}]" });

        using LoadedModel model = ModelReader.Open(path);
        Assert.Equal("v7", model.Version);
        Assert.Equal("[{}]", model.LayersJson);
        Assert.Equal(SchemaJson.Write(table.Schema), SchemaJson.Write(model.Items.Schema));
        AssertSameItems(table, model.Items);
        Assert.True(model.Items.IdMap.TryFind(Tables.IdOf(kind, 3), out uint row));
        Assert.Equal(3u, row);
        Assert.Equal(["model.linr"], folder.FileNames());
    }

    [Fact]
    public void Copied_rows_are_those_of_the_file_and_the_tables_own()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.linr");
        using ItemTable table = SmallTable(IdKind.Integer);
        ModelWriter.Write(path, new ModelContents { Items = table });

        using LoadedModel mapped = ModelReader.Open(path);
        using LoadedModel copied = ModelReader.Open(path, copyRows: true);
        AssertSameItems(table, copied.Items);
        long rowBytes = table.Schema.Embeddings.Sum(
            one => table.Rows * one.Dim * (one.RowType == RowType.Float32 ? sizeof(float) : sizeof(ushort)));
        Assert.Equal(rowBytes, copied.Items.OwnedBytes - mapped.Items.OwnedBytes);
    }

    [Fact]
    public void Unknown_tensors_and_metadata_survive_a_rewrite_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        using ItemTable table = SmallTable(IdKind.Text);
        var contents = new ModelContents
        {
            Items = table,
            Tensors =
            [
                TensorSource.Of("towers/item/weight", TensorType.Float32, [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }),
                TensorSource.Of("someone/else", TensorType.BFloat16, [], new ushort[] { 0x3F80 }),
                TensorSource.Of("empty", TensorType.Int8, [0, 7], Array.Empty<sbyte>()),
            ],
            Metadata = new Dictionary<string, string> { ["someone.note"] = "line\n\"quoted\" größer" },
        };
        ModelWriter.Write(folder.File("1"), contents);
        using (LoadedModel model = ModelReader.Open(folder.File("1")))
        {
            Assert.Equal(["towers/item/weight", "someone/else", "empty"], model.Tensors.Select(tensor => tensor.Name));
            Assert.Equal(6, model.Require<float>("towers/item/weight", TensorType.Float32, 2, 3)[5]);
            ModelWriter.Write(folder.File("2"), model.Contents());
        }

        Assert.Equal(File.ReadAllBytes(folder.File("1")), File.ReadAllBytes(folder.File("2")));
    }

    [Fact]
    public void A_file_may_be_written_over_while_it_is_open()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.linr");
        using ItemTable table = SmallTable(IdKind.Integer);
        ModelWriter.Write(path, new ModelContents { Items = table, Version = "old" });
        using LoadedModel old = ModelReader.Open(path);
        ModelWriter.Write(path, old.Contents() with { Version = "new" });
        using LoadedModel model = ModelReader.Open(path);

        Assert.Equal("new", model.Version);
        AssertSameItems(old.Items, model.Items);
    }

    internal static ItemTable SmallTable(IdKind kind)
    {
        using var builder = new ItemTableBuilder(Tables.EveryField(kind), DuplicateIds.LastWins);
        Item full = ItemTableTests.FullItem(Tables.IdOf(kind, 0));
        for (int i = 0; i < 5; i++)
        {
            builder.Append(full with
            {
                Id = Tables.IdOf(kind, i),
                Fields = full.Fields.Where((_, position) => (position + i) % 3 != 0).ToDictionary(),
            });
        }

        builder.Append(full with { Id = Tables.IdOf(kind, 1) });
        return builder.Build();
    }

    /// <summary>Embeddings of every type of rows, with codes of one permutation and of several.</summary>
    internal static ItemTable CodedTable()
        => TableOf(
            [
                new("single", 20, Metric.Cosine, RowType.Float32, new EmbeddingCodes(128, 42)),
                new("half", 70, Metric.Dot, RowType.Float16, new EmbeddingCodes(64)),
                new("brain", 9, Metric.Cosine, RowType.BFloat16, new EmbeddingCodes(192, ulong.MaxValue)),
            ]);

    /// <summary>Embeddings of 8-bit rows, for each metric.</summary>
    internal static ItemTable Int8Table()
        => TableOf(
            [
                new("direction", 20, Metric.Cosine, RowType.Int8, new EmbeddingCodes(64)),
                new("product", 70, Metric.Dot, RowType.Int8),
                new("distance", 9, Metric.Euclidean, RowType.Int8),
            ]);

    /// <summary>Embeddings with copies of their rows, of every type and for each metric.</summary>
    internal static ItemTable CopiedTable()
        => TableOf(
            [
                new("direction", 20, Metric.Cosine, RowType.Float32, new EmbeddingCodes(64), RowType.Int8),
                new("product", 7, Metric.Dot, RowType.Float32, Copy: RowType.Float16),
                new("distance", 9, Metric.Euclidean, RowType.Float16, Copy: RowType.Int8),
                new("brain", 9, Metric.Cosine, RowType.Float32, Copy: RowType.BFloat16),
            ]);

    private static ItemTable TableOf(ImmutableArray<EmbeddingSchema> embeddings)
    {
        using var builder = new ItemTableBuilder(new Schema { IdKind = IdKind.Integer, Embeddings = embeddings });
        for (int i = 0; i < 4; i++)
        {
            builder.Append(new Item
            {
                Id = new ItemId(i),
                Embeddings = builder.Schema.Embeddings.ToDictionary(
                    one => one.Name,
                    one => (ReadOnlyMemory<float>)Enumerable.Range(0, one.Dim)
                        .Select(d => ((d * 7) + (i * 3)) % 11 - 4.5f).ToArray()),
            });
        }

        return builder.Build();
    }

    internal static void AssertSameItems(ItemTable expected, ItemTable found)
    {
        Assert.Equal(expected.Rows, found.Rows);
        for (uint row = 0; row < expected.Rows; row++)
        {
            Assert.Equal(ItemTableTests.Flatten(expected.ReadItem(row)), ItemTableTests.Flatten(found.ReadItem(row)));
            foreach ((EmbeddingColumn first, EmbeddingColumn second) in expected.Embeddings.Zip(found.Embeddings))
            {
                Assert.Equal(first.Codes?.Read(row).ToArray(), second.Codes?.Read(row).ToArray());
            }
        }
    }
}
