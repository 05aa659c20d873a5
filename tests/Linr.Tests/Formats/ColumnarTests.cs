using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Linr.Formats;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;

namespace Linr.Tests.Formats;

/// <summary>Parquet and Arrow files as other programs write them, and damaged ones.</summary>
public sealed class ColumnarTests : IDisposable
{
    private static readonly Schema Wide = new()
    {
        IdKind = IdKind.Integer,
        Fields =
        [
            new FieldSchema("name", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("tags", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("size", FieldType.Integer, FieldRoles.Attribute),
            new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
            new FieldSchema("sold", FieldType.Boolean, FieldRoles.Attribute),
            new FieldSchema("since", FieldType.Date, FieldRoles.Attribute),
        ],
        Embeddings = [new EmbeddingSchema("look", 2)],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Arrow_files_and_streams_are_read_packed_or_not(bool isFile, bool packed)
        => AssertWide(WriteArrow(isFile, packed));

    [Fact]
    public async Task Parquet_files_of_plain_classes_are_read()
    {
        string path = _folder.File("a.parquet");
        await using (FileStream stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(
                new[]
                {
                    new Row
                    {
                        Id = 1,
                        Name = "a",
                        Tags = ["x", "y"],
                        Size = 7,
                        Price = 2.5f,
                        Sold = true,
                        Since = new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Utc),
                        Look = [0.5f, -1],
                        Inside = new Inner { A = 1 },
                    },
                    new Row { Id = 2 },
                },
                stream,
                cancellationToken: TestContext.Current.CancellationToken);
        }

        AssertWide(path);
    }

    [Fact]
    public async Task Nulls_within_a_parquet_list_are_left_out()
    {
        string path = _folder.File("a.parquet");
        var id = new DataField<long>("id");
        var element = new DataField("element", typeof(long), isNullable: true);
        var schema = new ParquetSchema(id, new ListField("tags", element));
        int value = element.MaxDefinitionLevel;
        // Row 1: [5, null, 6]; row 2: null; row 3: []; row 4: [7].
        int[] definitions = [value, value - 1, value, 0, 1, value];
        int[] repetitions = [0, 1, 1, 0, 0, 0];
        long[] ids = [1, 2, 3, 4];
        long[] values = [5, 6, 7];
        await using (FileStream stream = File.Create(path))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(
                schema, stream, cancellationToken: TestContext.Current.CancellationToken);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<long>(id, ids, cancellationToken: TestContext.Current.CancellationToken);
            await group.WriteAllPartsAsync<long>(
                element,
                values,
                (ReadOnlyMemory<int>?)definitions,
                (ReadOnlyMemory<int>?)repetitions,
                TestContext.Current.CancellationToken);
        }

        var options = new ItemOptions
        {
            Schema = new Schema
            {
                IdKind = IdKind.Integer,
                Fields = [new FieldSchema("tags", FieldType.Integer, FieldRoles.Attribute, MultiValued: true)],
            },
        };
        Item[] items = [.. ItemFile.Read(path, options)];
        Assert.Equal([5L, 6L], items[0].Fields["tags"]);
        Assert.Empty(items[1].Fields);
        Assert.Empty(items[2].Fields);
        Assert.Equal([7L], items[3].Fields["tags"]);
    }

    [Fact]
    public void A_bad_value_in_a_columnar_file_names_its_row()
    {
        string path = _folder.File("a.parquet");
        InteractionFile.Write(path, [new Interaction("7", 1), new Interaction("x", 1)]);
        DataFormatException error = Assert.Throws<DataFormatException>(
            () => InteractionFile.Read(path, new InteractionOptions { UserIdKind = IdKind.Integer }).Count());
        Assert.Equal($"{path}, row 2, column \"user\": expected an integer id; found \"x\".", error.Message);
    }

    [Theory]
    [InlineData("a.parquet", ": expected a Parquet file; found a file that cannot be read as one (")]
    [InlineData("a.arrow", ": expected an Arrow file; found a file that cannot be read as one (")]
    public void Another_file_under_that_name_is_an_error(string name, string message)
    {
        string path = _folder.Write(name, "user,item\n1,2\n, and so on, and so forth\n");
        DataFormatException error = Assert.Throws<DataFormatException>(() => InteractionFile.Read(path));
        Assert.StartsWith(path + message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.parquet")]
    [InlineData("a.arrow")]
    public void A_damaged_file_reads_as_something_or_is_a_named_error(string name)
    {
        string whole = _folder.File("whole.parquet");
        if (name == "a.parquet")
        {
            InteractionFile.Write(
                whole, Enumerable.Range(0, 50).Select(row => new Interaction($"u{row % 7}", row, row)));
        }
        else
        {
            File.Move(WriteArrow(isFile: true, packed: false), whole);
        }

        byte[] bytes = File.ReadAllBytes(whole);
        // A wrong byte in the metadata at its end can keep the Parquet library busy for minutes; that part stays whole.
        int end = name == "a.parquet" ? bytes.Length - 8 - BitConverter.ToInt32(bytes, bytes.Length - 8) : bytes.Length;
        var random = new Random(7);
        for (int round = 0; round < 1_000; round++)
        {
            byte[] damaged = [.. bytes];
            if (round % 4 == 0)
            {
                damaged = damaged[..random.Next(bytes.Length)];
            }
            else
            {
                damaged[random.Next(end)] = (byte)random.Next(256);
            }

            string path = _folder.Write(name, damaged);
            Exception? error = Record.Exception(() => ItemFile.Read(path, new ItemOptions { Id = "#1" }).Count());
            Assert.True(error is null or DataFormatException, $"round {round}: {error}");
        }
    }

    private static void AssertWide(string path)
    {
        Item[] items = [.. ItemFile.Read(path, new ItemOptions { Schema = Wide, Id = "id" })];
        Assert.Equal([1, 2], items.Select(item => item.Id));
        IReadOnlyDictionary<string, IReadOnlyList<Value>> first = items[0].Fields;
        Assert.Equal(["a"], first["name"]);
        Assert.Equal(["x", "y"], first["tags"]);
        Assert.Equal([7L], first["size"]);
        Assert.Equal([2.5], first["price"]);
        Assert.Equal([true], first["sold"]);
        Assert.Equal([new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero)], first["since"]);
        Assert.Equal([0.5f, -1], items[0].Embeddings["look"].ToArray());
        Assert.Empty(items[1].Fields.Keys.Except(["size", "price", "sold", "since"]));
        Assert.Empty(items[1].Embeddings);
    }

    private string WriteArrow(bool isFile, bool packed)
    {
        string path = _folder.File("a.arrow");
        var look = new FixedSizeListArray.Builder(FloatType.Default, 2);
        ((FloatArray.Builder)look.Append().ValueBuilder).Append(0.5f).Append(-1);
        look.AppendNull();
        var tags = new ListArray.Builder(StringType.Default);
        ((StringArray.Builder)tags.Append().ValueBuilder).Append("x").Append("y");
        tags.AppendNull();
        var names = new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, ordered: false),
            new Int32Array.Builder().Append(1).AppendNull().Build(),
            new StringArray.Builder().Append("b").Append("a").Build());
        var since = new TimestampArray.Builder(Apache.Arrow.Types.TimeUnit.Millisecond, "UTC");
        since.Append(new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero)).AppendNull();
        var batch = new RecordBatch.Builder()
            .Append("id", false, new Int32Array.Builder().Append(1).Append(2).Build())
            .Append("name", true, names)
            .Append("tags", true, tags.Build())
            .Append("size", true, new UInt16Array.Builder().Append(7).AppendNull().Build())
            .Append("price", true, new HalfFloatArray.Builder().Append((Half)2.5f).AppendNull().Build())
            .Append("sold", true, new BooleanArray.Builder().Append(true).AppendNull().Build())
            .Append("since", true, since.Build())
            .Append("look", true, look.Build())
            .Build();
        using FileStream stream = File.Create(path);
        var options = new IpcOptions
        {
            CompressionCodec = packed ? CompressionCodecType.Lz4Frame : null,
            CompressionCodecFactory = new CompressionCodecFactory(),
        };
        using ArrowStreamWriter writer = isFile
            ? new ArrowFileWriter(stream, batch.Schema, leaveOpen: false, options)
            : new ArrowStreamWriter(stream, batch.Schema, leaveOpen: false, options);
        // One row a batch, so that a row is found in a later batch and at an offset within its arrays.
        for (int row = 0; row < 2; row++)
        {
            writer.WriteRecordBatch(batch.Slice(row, 1));
        }

        writer.WriteEnd();
        return path;
    }

    public sealed class Row
    {
        [System.Text.Json.Serialization.JsonPropertyName("id")]
        public int Id { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("name")]
        public string? Name { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("tags")]
        public List<string>? Tags { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("size")]
        public short Size { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("price")]
        public float Price { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("sold")]
        public bool Sold { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("since")]
        public DateTime Since { get; set; }

        [System.Text.Json.Serialization.JsonPropertyName("look")]
        public List<float>? Look { get; set; }

        public Inner? Inside { get; set; }
    }

    public sealed class Inner
    {
        public int A { get; set; }
    }
}
