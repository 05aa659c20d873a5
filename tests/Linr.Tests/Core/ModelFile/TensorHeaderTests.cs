using System.Buffers.Binary;
using System.Text;
using Linr.ModelFile;

namespace Linr.Tests.Core.ModelFile;

public class TensorHeaderTests
{
    private const string OneTensor = """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""";

    [Fact]
    public void A_plain_file_of_another_program_opens()
    {
        using var folder = new TemporaryFolder();
        const string json = """
             {"__metadata__":{"format":"pt"},
             "a":{"dtype":"F16","shape":[],"data_offsets":[0,2]},
             "b":{"shape":[1,2],"data_offsets":[2,4],"dtype":"BOOL"}}
            """;
        string path = Save(folder, json, 4);
        using var file = TensorFile.Open(path);

        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(1, file.Find("a")!.Count);
        Assert.False(file.HasChecksums);
        Assert.Throws<ModelFormatException>(() => file.Verify(cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => file.Slice<float>(file.Find("a")!));
        Assert.Throws<ModelFormatException>(() => file.Require<byte>("b", TensorType.Bool, 2));
        Assert.Throws<ModelFormatException>(() => file.Require<byte>("c", TensorType.Bool, 2));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "an object of tensors")]
    [InlineData("{", "JSON")]
    [InlineData(OneTensor + "x", "JSON")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "a string for \"a\"")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "a metadata key once")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
        "a tensor name once")]
    [InlineData("""{"a":{"dtype":"U7","shape":[4],"data_offsets":[0,4]}}""", "a known dtype")]
    [InlineData("""{"a":{"shape":[4],"data_offsets":[0,4]}}""", "a known dtype")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}}""",
        "dtype, shape and data_offsets once each")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}""",
        "dtype, shape and data_offsets once each")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4]}}""", "a shape and rising data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "a shape and rising data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}""", "a shape and rising data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,9223372036854775807]}}""",
        "a shape and rising data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "an integer of 0 or more")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}""", "an integer of 0 or more")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}}""",
        "data_offsets as far apart as U8 [5] needs")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""",
        "data_offsets as far apart")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""", "its data to start")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
        "its data to start")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "a file of")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "data up to byte")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "a Unicode string")]
    public void A_wrong_header_says_what_was_expected(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = Save(folder, json, 4);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => TensorFile.Open(path));
        Assert.Equal(path, error.Path);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
        Assert.NotEmpty(error.Found);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_shorter_than_a_header_says_so(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("short"), new byte[length]);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => TensorFile.Open(folder.File("short")));
        Assert.Equal("header", error.Section);
        Assert.Equal($"a file of {length}", error.Found);
    }

    [Theory]
    [InlineData(100_000_001L, "a safetensors header of at most 100000000 bytes")]
    [InlineData(-1L, "a safetensors header of at most 100000000 bytes")]
    [InlineData(100_000_000L, "a header within the file of")]
    public void A_header_that_claims_too_much_is_refused(long length, string expected)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = new byte[100];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder.File("long"), bytes);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => TensorFile.Open(folder.File("long")));
        Assert.StartsWith(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("latin"), [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', 0xE9]);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => TensorFile.Open(folder.File("latin")));
        Assert.Equal("UTF-8", error.Expected);
    }

    [Fact]
    public void A_missing_file_is_a_plain_IO_error()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => TensorFile.Open(folder.File("none")));
    }

    private static string Save(TemporaryFolder folder, string json, int dataBytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] file = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        string path = folder.File("plain.safetensors");
        File.WriteAllBytes(path, file);
        return path;
    }
}
