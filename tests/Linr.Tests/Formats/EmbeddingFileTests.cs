using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class EmbeddingFileTests : IDisposable
{
    private static readonly float[][] Rows = [[0.5f, -1, 1f / 3], [float.MaxValue, float.Epsilon, -0f]];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.npy")]
    [InlineData("a.fvecs")]
    [InlineData("a.parquet")]
    [InlineData("a.jsonl")]
    [InlineData("a.csv")]
    [InlineData("a.tsv.gz")]
    public void Embeddings_come_back_bit_by_bit(string name)
    {
        string path = _folder.File(name);
        ItemId[] ids = ["x", "y|\"z\""];
        using (EmbeddingWriter writer = EmbeddingFile.Create(path, 3, IdKind.Text))
        {
            writer.Write(ids[0], Rows[0]);
            writer.Write(ids[1], Rows[1]);
        }

        using EmbeddingReader reader = EmbeddingFile.Open(path);
        Assert.Equal(3, reader.Dim);
        for (int row = 0; row < 2; row++)
        {
            Assert.True(reader.Read());
            Assert.Equal(ids[row], reader.Id);
            Assert.Equal(
                Rows[row].Select(BitConverter.SingleToInt32Bits),
                reader.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
        }

        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData(1, "<f4", 16)]
    [InlineData(1, "<f2", 16)]
    [InlineData(2, "<f8", 64)]
    [InlineData(3, "<f4", 1)]
    public void Every_npy_version_and_float_is_read(byte version, string descr, int align)
    {
        string header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2, 2), }}";
        string path = _folder.Write("a.npy", Npy(version, header, align, Body(descr, [1, 2.5, -3, 0.125])));
        using EmbeddingReader reader = EmbeddingFile.Open(path);
        Assert.Equal(2, reader.Count);
        Assert.True(reader.Read());
        Assert.Equal(0, reader.Id);
        Assert.Equal([1, 2.5f], reader.Values);
        Assert.True(reader.Read());
        Assert.Equal(1, reader.Id);
        Assert.Equal([-3, 0.125f], reader.Values);
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", 8,
        "expected '<f2', '<f4' or '<f8'; found '>f4'.")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", 8,
        "expected rows one after the other (C order); found fortran_order True.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8,
        "expected a header with descr, fortran_order and shape (rows, dim); found "
        + "\"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\".")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }", 0,
        "expected rows of 1 to 4096 numbers; found 0.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 5000), }", 0,
        "expected rows of 1 to 4096 numbers; found 5000.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 15,
        "expected 2 rows of 8 bytes, 144 bytes in all; found 143.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }", 8,
        "expected a shape of two numbers that fit; found 'shape': (99999999999999999999, 2).")]
    public void A_bad_npy_file_says_what_was_expected_and_what_was_found(string header, int bodyBytes, string message)
    {
        string path = _folder.Write("a.npy", Npy(1, header, 64, new byte[bodyBytes]));
        DataFormatException error = Assert.Throws<DataFormatException>(() => EmbeddingFile.Open(path));
        Assert.Equal($"{path}: {message}", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(40)]
    public void A_cut_npy_header_is_an_error(int bytes)
    {
        byte[] whole = Npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 64, new byte[8]);
        string path = _folder.Write("a.npy", whole[..bytes]);
        Assert.Throws<DataFormatException>(() => EmbeddingFile.Open(path));
    }

    [Fact]
    public void Vecs_files_are_read()
    {
        string bytes = _folder.Write("a.bvecs", [2, 0, 0, 0, 7, 255, 2, 0, 0, 0, 1, 0]);
        Assert.Equal([[7, 255], [1, 0]], ReadAll(bytes));
        string integers = _folder.Write("a.ivecs", [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Equal([[-1]], ReadAll(integers));
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 7, 255, 3, 0, 0, 0, 1, 0 },
        "expected rows of 2 numbers, as the first; found 3 in row 2.")]
    [InlineData(new byte[] { 2, 0, 0, 0, 7, 255, 2 }, "expected 2 rows of 6 bytes, 12 bytes in all; found 7.")]
    [InlineData(new byte[] { 255, 255, 255, 255 }, "expected rows of 1 to 4096 numbers; found -1.")]
    [InlineData(new byte[] { 1, 0 }, "expected at least one row; found 2 bytes.")]
    public void A_bad_vecs_file_says_what_was_expected_and_what_was_found(byte[] bytes, string message)
    {
        string path = _folder.Write("a.bvecs", bytes);
        DataFormatException error = Assert.Throws<DataFormatException>(() => ReadAll(path));
        Assert.Equal($"{path}: {message}", error.Message);
    }

    [Fact]
    public void Ids_stand_beside_a_file_without_ids()
    {
        string path = _folder.Write("a.bvecs", [1, 0, 0, 0, 7, 1, 0, 0, 0, 8]);
        string ids = _folder.Write("other.txt", "p, 1\np2\n");
        Assert.Equal([0, 1], ReadIds(path));
        Assert.Equal(["p, 1", "p2"], ReadIds(path, new EmbeddingOptions { IdsPath = ids }));
        string beside = _folder.Write("a.ids.txt", "10\n11\n");
        Assert.Equal([10, 11], ReadIds(path));
        _folder.Write("a.ids.txt", "10\n");
        AssertWrong("1");
        _folder.Write("a.ids.txt", "10\n11\n12\n");
        AssertWrong("more");

        void AssertWrong(string found)
        {
            DataFormatException error = Assert.Throws<DataFormatException>(() => ReadIds(path));
            Assert.Equal($"{beside}: expected 2 ids, one for each row of {path}; found {found}.", error.Message);
        }
    }

    [Fact]
    public void A_number_that_is_not_finite_is_a_bad_row()
    {
        float[] rows = [1, float.NaN, 2, float.PositiveInfinity, 3, 4];
        string path = _folder.Write("a.npy", Npy(
            1,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }",
            64,
            MemoryMarshal.AsBytes<float>(rows).ToArray()));
        DataFormatException error = Assert.Throws<DataFormatException>(() => ReadAll(path));
        Assert.Equal($"{path}, row 1: expected finite numbers; found NaN.", error.Message);
        var report = new ReadReport();
        using EmbeddingReader reader = EmbeddingFile.Open(path, new EmbeddingOptions { SkipBadRows = true }, report);
        Assert.True(reader.Read());
        Assert.Equal(2, reader.Id);
        Assert.Equal([3, 4], reader.Values);
        Assert.False(reader.Read());
        Assert.Equal((1, 2), (report.Rows, report.BadRows));
    }

    [Fact]
    public void The_column_of_the_embedding_may_be_stated()
    {
        string path = _folder.Write("a.jsonl", "{\"id\":1,\"a\":[0.5,1.5],\"b\":[0.25,2.5]}");
        DataFormatException error = Assert.Throws<DataFormatException>(() => EmbeddingFile.Open(path));
        Assert.Equal($"{path}: expected one column of embeddings (or say which); found a, b.", error.Message);
        Assert.Equal([[0.25f, 2.5f]], ReadAll(path, new EmbeddingOptions { Embedding = "b" }));
    }

    [Fact]
    public void A_writer_refuses_what_does_not_fit()
    {
        using EmbeddingWriter writer = EmbeddingFile.Create(_folder.File("a.npy"), 2, IdKind.Text);
        Assert.Throws<ArgumentException>(() => writer.Write(1, [1, 2]));
        Assert.Throws<ArgumentException>(() => writer.Write("p", [1]));
        Assert.Throws<ArgumentException>(() => writer.Write("p", [1, float.NaN]));
        Assert.Throws<ArgumentException>(() => writer.Write("p\nq", [1, 2]));
    }

    private static float[][] ReadAll(string path, EmbeddingOptions? options = null)
    {
        var rows = new List<float[]>();
        using EmbeddingReader reader = EmbeddingFile.Open(path, options);
        while (reader.Read())
        {
            rows.Add(reader.Values.ToArray());
        }

        return [.. rows];
    }

    private static ItemId[] ReadIds(string path, EmbeddingOptions? options = null)
    {
        var ids = new List<ItemId>();
        using EmbeddingReader reader = EmbeddingFile.Open(path, options);
        while (reader.Read())
        {
            ids.Add(reader.Id);
        }

        return [.. ids];
    }

    private static byte[] Body(string descr, double[] values) => descr switch
    {
        "<f2" => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray(),
        "<f4" => MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, value => (float)value)).ToArray(),
        _ => MemoryMarshal.AsBytes<double>(values).ToArray(),
    };

    private static byte[] Npy(byte version, string header, int align, byte[] body)
    {
        int prefix = version == 1 ? 10 : 12;
        int length = ((prefix + header.Length + 1 + align - 1) / align * align) - prefix;
        var bytes = new byte[prefix + length + body.Length];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', version, 0]).CopyTo(bytes);
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)length);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), length);
        }

        Encoding.UTF8.GetBytes(header.PadRight(length - 1) + "\n").CopyTo(bytes, prefix);
        body.CopyTo(bytes, prefix + length);
        return bytes;
    }
}
