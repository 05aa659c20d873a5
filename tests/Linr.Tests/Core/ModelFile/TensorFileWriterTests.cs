using System.IO.Hashing;
using CsCheck;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Tests.Core.ModelFile;

public class TensorFileWriterTests
{
    private const int BlockBytes = 16 * 1024 * 1024;

    private static readonly Dictionary<string, string> s_noMetadata = [];

    [Fact]
    public void Tensors_start_where_their_alignment_says()
        => Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 2].Select(i => 1 << (6 * i))).Array[0, 12].Sample(
            parts =>
            {
                using var folder = new TemporaryFolder();
                string path = folder.File("x");
                TensorSource[] tensors =
                [
                    .. parts.Select(
                        (part, i) => Tensor($"t{i}", Bytes(part.Item1, i)) with { AlignmentBytes = part.Item2 }),
                ];
                TensorFileWriter.Write(path, s_noMetadata, tensors);
                using var file = TensorFile.Open(path);
                file.Verify(cancellation: TestContext.Current.CancellationToken);
                Assert.Equal(0, file.Tensors[0].Start % 4096);
                for (int i = 0; i < parts.Length; i++)
                {
                    TensorInfo tensor = file.Find($"t{i}")!;
                    Assert.True(tensor.Bytes == 0 || tensor.Start % parts[i].Item2 == 0);
                    Assert.Equal(Bytes(parts[i].Item1, i), file.Data(tensor).Span.ToArray());
                }

                Assert.Equal("checksum/xxh3", file.Tensors[^1].Name);
                Assert.Equal(0, file.Tensors[^1].Start % 8);
            },
            iter: 50);

    [Fact]
    public void Checksums_are_of_the_header_and_of_every_16_MiB()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("x");
        byte[] large = Bytes(BlockBytes + 5, 1);
        var sizes = new List<int>();
        TensorSource source = new("large", TensorType.UInt8, [large.Length], sink =>
        {
            for (int start = 0; start < large.Length; start += 999_983)
            {
                sizes.Add(Math.Min(999_983, large.Length - start));
                sink.Write<byte>(large.AsSpan(start, sizes[^1]));
            }
        });
        TensorFileWriter.Write(path, s_noMetadata, [source, Tensor("end", Bytes(3, 2))]);

        using var file = TensorFile.Open(path);
        ReadOnlySpan<byte> all = File.ReadAllBytes(path);
        TensorInfo[] tensors = [.. file.Tensors];
        Assert.Equal(["large", "pad/0", "end", "pad/1", "checksum/xxh3"], tensors.Select(tensor => tensor.Name));
        ulong[] expected =
        [
            XxHash3.HashToUInt64(all[..(int)tensors[0].Start]),
            XxHash3.HashToUInt64(large.AsSpan(0, BlockBytes)),
            XxHash3.HashToUInt64(large.AsSpan(BlockBytes)),
            .. new[] { Of(all, tensors[1]), Of(all, tensors[2]), Of(all, tensors[3]) },
        ];
        Assert.Equal(expected, file.Slice<ulong>(tensors[4]).Span.ToArray());
        Assert.True(sizes.Count > 10);
        var seen = new List<VerifyProgress>();
        file.Verify(
            tensor => tensor.Name == "large", new Collect(seen), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(
            [new VerifyProgress("large", BlockBytes, BlockBytes + 5), new("large", BlockBytes + 5, BlockBytes + 5)],
            seen);
        Assert.Throws<OperationCanceledException>(
            () => file.Verify(cancellation: new CancellationToken(canceled: true)));

        static ulong Of(ReadOnlySpan<byte> all, TensorInfo tensor)
            => XxHash3.HashToUInt64(all.Slice((int)tensor.Start, (int)tensor.Bytes));
    }

    [Fact]
    public void A_source_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("x");
        File.WriteAllText(path, "old");
        TensorSource tooShort = new("a", TensorType.Float32, [2], sink => sink.Write<float>([1]));
        TensorSource throws = new("a", TensorType.Float32, [2], _ => throw new TimeoutException());

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => TensorFileWriter.Write(path, s_noMetadata, [tooShort]));
        Assert.Equal("Tensor \"a\": expected 8 bytes of data; 4 were written.", error.Message);
        Assert.Throws<TimeoutException>(() => TensorFileWriter.Write(path, s_noMetadata, [throws]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["x"], folder.FileNames());
    }

    [Theory]
    [InlineData("pad/0")]
    [InlineData("checksum/xxh3")]
    [InlineData("__metadata__")]
    [InlineData("twice")]
    public void A_name_of_the_formats_own_or_used_twice_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        TensorSource[] tensors = [Tensor("twice", []), Tensor(name, [])];
        Assert.Throws<ArgumentException>(
            () => TensorFileWriter.Write(folder.File("x"), s_noMetadata, tensors));
    }

    [Fact]
    public void A_header_longer_than_the_format_allows_is_refused()
    {
        using var folder = new TemporaryFolder();
        var metadata = new Dictionary<string, string> { ["long"] = new('x', 100_000_000) };
        Assert.Throws<InvalidOperationException>(() => TensorFileWriter.Write(folder.File("x"), metadata, []));
        Assert.Empty(folder.FileNames());
    }

    [Fact]
    public void Native_memory_is_written_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using var buffer = new NativeBuffer(3_000_000 * sizeof(int));
        for (int i = 0; i < 3_000_000; i++)
        {
            buffer.Span<int>(i, 1)[0] = i;
        }

        TensorFileWriter.Write(
            folder.File("x"),
            s_noMetadata,
            [TensorSource.Of("n", TensorType.Int32, [3, 1_000_000], buffer.Slice<int>())]);
        using var file = TensorFile.Open(folder.File("x"));
        Assert.True(
            file.Require<int>("n", TensorType.Int32, 3, 1_000_000).Span.SequenceEqual(buffer.Slice<int>().Span));
    }

    private static TensorSource Tensor(string name, byte[] data)
        => TensorSource.Of(name, TensorType.UInt8, [data.Length], data);

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private sealed class Collect(List<VerifyProgress> into) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => into.Add(value);
    }
}
