using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Tests.Index.ModelFiles;

/// <summary>
/// Files whose checksums are right but whose contents do not fit: what reads through them would leave the file.
/// </summary>
public class WrongContentsTests
{
    private const string Fields = """
        {
          "id": "integer",
          "fields": [
            { "name": "a", "type": "keyword", "roles": ["attribute"] },
            { "name": "b", "type": "integer", "roles": ["attribute"], "multiValued": true },
            { "name": "c", "type": "boolean", "roles": ["attribute"] },
            { "name": "d", "type": "text", "roles": ["stored"] }
          ],
          "embeddings": [{ "name": "e", "dim": 2, "metric": "dot", "rows": "float32" }]
        }
        """;

    [Fact]
    public void A_file_that_fits_opens()
    {
        using var folder = new TemporaryFolder();
        using LoadedModel model = ModelReader.Open(Save(folder, Good(), Metadata()));
        Assert.Equal(3, model.Items.Rows);
        Assert.Equal("x", model.Items.FindColumn("a")!.Read(2).Single().Text);
        Assert.Empty(model.Items.FindColumn("c")!.Read(1));
    }

    [Theory]
    [InlineData("fields/a/codes", new byte[] { 0, 1, 2 }, "a code of 0 to 1")]
    [InlineData("fields/c/values", new byte[] { 0, 1, 2 }, "0 or 1")]
    public void Values_out_of_range_are_refused(string name, byte[] values, string expected)
        => AssertRefused(
            name,
            TensorSource.Of(name, Good().Single(one => one.Name == name).Type, [values.Length], values),
            expected);

    [Theory]
    [InlineData("fields/b/offsets", new long[] { 1, 1, 1, 2 }, "an offset of 0")]
    [InlineData("fields/b/offsets", new long[] { 0, 1, 1, 3 }, "the length of what it points into")]
    [InlineData("fields/b/offsets", new long[] { 0, 2, 1, 2 }, "0 to 65535 above 2")]
    [InlineData("fields/d/offsets", new long[] { 0, 5, 4, 3 }, "0 to 16777216 above 5")]
    [InlineData("dictionaries/a/offsets", new long[] { 0, 9 }, "the length of what it points into")]
    public void Offsets_that_lead_elsewhere_are_refused(string name, long[] offsets, string expected)
        => AssertRefused(name, TensorSource.Of(name, TensorType.Int64, [offsets.Length], offsets), expected);

    [Theory]
    [InlineData("ids/values", TensorType.Float64, 3, "I64 [3]")]
    [InlineData("embeddings/e/rows", TensorType.Float32, 8, "F32 [3, 2]")]
    [InlineData("embeddings/e/norms", TensorType.Float32, 2, "F32 [3]")]
    [InlineData("fields/a/codes", TensorType.UInt16, 3, "one dim of U8")]
    [InlineData("fields/a/codes", TensorType.UInt8, 2, "3 elements, one a row")]
    [InlineData("fields/b/offsets", TensorType.Int64, 3, "I64 [4]")]
    [InlineData("fields/c/present", TensorType.UInt64, 2, "U64 [1]")]
    public void Tensors_of_another_shape_are_refused(string name, TensorType type, int count, string expected)
    {
        var source = new TensorSource(
            name, type, [count], sink => sink.Write<byte>(new byte[count * type.ElementBytes()]));
        AssertRefused(name, source, expected);
    }

    [Theory]
    [InlineData("ids/values")]
    [InlineData("fields/a/codes")]
    [InlineData("fields/d/bytes")]
    [InlineData("dictionaries/a/offsets")]
    [InlineData("embeddings/e/rows")]
    public void A_missing_tensor_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder, [.. Good().Where(one => one.Name != name)], Metadata());
        Assert.Equal(name, Assert.Throws<ModelFormatException>(() => ModelReader.Open(path)).Section);
    }

    [Fact]
    public void A_mask_bit_beyond_the_last_row_is_refused()
        => AssertRefused(
            "fields/c/present",
            TensorSource.Of("fields/c/present", TensorType.UInt64, [1], new ulong[] { 8 }),
            "no bit beyond the last row");

    [Fact]
    public void A_keyword_with_two_codes_is_refused()
    {
        using var folder = new TemporaryFolder();
        TensorSource[] tensors =
        [
            .. Good().Where(one => !one.Name.StartsWith("dictionaries", StringComparison.Ordinal)),
            TensorSource.Of("dictionaries/a/offsets", TensorType.Int64, [3], new long[] { 0, 1, 2 }),
            TensorSource.Of("dictionaries/a/bytes", TensorType.UInt8, [2], "xx"u8.ToArray()),
        ];
        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => ModelReader.Open(Save(folder, tensors, Metadata())));
        Assert.Equal("\"x\" again", error.Found);
    }

    [Fact]
    public void An_id_that_two_items_have_is_found_by_verify_and_by_the_first_look_up()
    {
        using var folder = new TemporaryFolder();
        TensorSource[] tensors =
        [
            .. Good().Where(one => one.Name != "ids/values"),
            TensorSource.Of("ids/values", TensorType.Int64, [3], new long[] { 5, 6, 5 }),
        ];
        using LoadedModel model = ModelReader.Open(Save(folder, tensors, Metadata()));
        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => model.Verify(cancellation: TestContext.Current.CancellationToken));
        Assert.Equal("5 again in row 2", error.Found);
        Assert.Throws<ModelFormatException>(() => model.Items.IdMap.TryFind(6, out _));
    }

    [Theory]
    [InlineData("linr.format", "2", "\"1\"")]
    [InlineData("linr.format", null, "a string")]
    [InlineData("linr.schema", null, "a string")]
    [InlineData("linr.schema", "{}", "a valid schema")]
    [InlineData("linr.layers", null, "a string")]
    [InlineData("linr.version", null, "a string")]
    public void Wrong_metadata_is_named(string key, string? value, string expected)
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> metadata = Metadata();
        metadata.Remove(key);
        if (value is not null)
        {
            metadata[key] = value;
        }

        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => ModelReader.Open(Save(folder, Good(), metadata)));
        Assert.Equal($"metadata {key}", error.Section);
        Assert.Equal(expected, error.Expected);
    }

    [Theory]
    [InlineData(float.NaN, "NaN in row 1")]
    [InlineData(float.PositiveInfinity, "in row 1")]
    [InlineData(-1f, "-1 in row 1")]
    public void Scales_that_are_none_are_refused(float scale, string found)
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> metadata = Metadata();
        metadata["linr.schema"] = Fields.Replace("float32", "int8", StringComparison.Ordinal);
        const string Section = "embeddings/e/scales";
        TensorSource[] tensors =
        [
            .. Good().Where(one => one.Name != "embeddings/e/rows"),
            TensorSource.Of("embeddings/e/rows", TensorType.Int8, [3, 2], new sbyte[6]),
            TensorSource.Of(Section, TensorType.Float16, [3], new[] { (Half)1, (Half)scale, (Half)2 }),
        ];
        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => ModelReader.Open(Save(folder, tensors, metadata)));
        Assert.Equal(Section, error.Section);
        Assert.Contains(found, error.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void A_loss_that_is_no_norm_is_refused(float lost)
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> metadata = Metadata();
        metadata["linr.schema"] = Fields.Replace(
            "\"float32\"", "\"float32\", \"copy\": \"float16\"", StringComparison.Ordinal);
        Assert.Equal(3, Open(0.5f));
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Open(lost));
        Assert.Equal("embeddings/e/copy/lost", error.Section);
        Assert.Equal(("a norm of 0 or more", $"{lost} of block 0"), (error.Expected, error.Found));

        long Open(float norm)
        {
            TensorSource[] tensors =
            [
                .. Good(),
                TensorSource.Of("embeddings/e/copy/rows", TensorType.Float16, [3, 2], new Half[6]),
                TensorSource.Of("embeddings/e/copy/norms", TensorType.Float32, [3], new float[3]),
                TensorSource.Of("embeddings/e/copy/lost", TensorType.Float32, [1], new[] { norm }),
            ];
            using LoadedModel model = ModelReader.Open(Save(folder, tensors, metadata));
            return model.Items.Embeddings[0].Copy!.Column.Rows;
        }
    }

    private static void AssertRefused(string section, TensorSource tensor, string expected)
    {
        using var folder = new TemporaryFolder();
        TensorSource[] tensors = [.. Good().Where(one => one.Name != section), tensor];
        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => ModelReader.Open(Save(folder, tensors, Metadata())));
        Assert.Equal(section, error.Section);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    private static string Save(TemporaryFolder folder, TensorSource[] tensors, Dictionary<string, string> metadata)
    {
        string path = folder.File("x.linr");
        TensorFileWriter.Write(path, metadata, tensors);
        return path;
    }

    private static Dictionary<string, string> Metadata() => new()
    {
        ["linr.format"] = "1",
        ["linr.schema"] = Fields,
        ["linr.layers"] = "[]",
        ["linr.version"] = "",
    };

    private static TensorSource[] Good() =>
    [
        TensorSource.Of("ids/values", TensorType.Int64, [3], new long[] { 5, 6, 7 }),
        TensorSource.Of("fields/a/codes", TensorType.UInt8, [3], new byte[] { 1, 0, 1 }),
        TensorSource.Of("dictionaries/a/offsets", TensorType.Int64, [2], new long[] { 0, 1 }),
        TensorSource.Of("dictionaries/a/bytes", TensorType.UInt8, [1], "x"u8.ToArray()),
        TensorSource.Of("fields/b/offsets", TensorType.Int64, [4], new long[] { 0, 1, 1, 2 }),
        TensorSource.Of("fields/b/values", TensorType.Int64, [2], new long[] { 8, 9 }),
        TensorSource.Of("fields/c/values", TensorType.Bool, [3], new byte[] { 1, 0, 0 }),
        TensorSource.Of("fields/c/present", TensorType.UInt64, [1], new ulong[] { 5 }),
        TensorSource.Of("fields/d/offsets", TensorType.Int64, [4], new long[] { 0, 1, 2, 3 }),
        TensorSource.Of("fields/d/bytes", TensorType.UInt8, [3], "abc"u8.ToArray()),
        TensorSource.Of("embeddings/e/norms", TensorType.Float32, [3], new float[] { 1, 1, 1 }),
        TensorSource.Of("embeddings/e/rows", TensorType.Float32, [3, 2], new float[6]),
    ];
}
