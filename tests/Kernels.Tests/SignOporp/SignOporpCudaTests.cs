using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

/// <summary>Codes made on a device: the processor's bits.</summary>
public sealed class SignOporpCudaTests(CudaMachine machine) : CudaTest(machine)
{
    public static TheoryData<CudaElement, int, int> Shapes { get; } = new(
        from element in Enum.GetValues<CudaElement>()
        where element != CudaElement.SignCode
        from shape in ((int, int)[])[(1, 64), (3, 128), (64, 64), (100, 64), (100, 512), (128, 1024), (700, 320)]
        select (element, shape.Item1, shape.Item2));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Codes_are_the_processors(CudaElement element, int dim, int bits)
    {
        const int Rows = 203;
        SignOporp coder = new(dim, bits, seed: 5);
        int rowBytes = CudaEmbedding.RowBytesOf(dim, element);
        byte[] rows = new byte[Rows * rowBytes];
        Half[] scales = new Half[Rows];
        float[] stored = new float[dim];
        ulong[] expected = new ulong[Rows * coder.Words];
        Random random = new(dim + bits);
        for (int row = 0; row < Rows; row++)
        {
            // Few values, so that sums of zero, of either sign, are among them.
            float[] values = [.. Enumerable.Range(0, dim).Select(_ => row % 3 == 0 ? random.Next(-1, 2) * 0.5f : random.NextSingle() - 0.5f)];
            if (row == 7)
            {
                Array.Fill(values, -0f);
            }

            scales[row] = DeviceRows.Write(values, element, ScanMetric.Dot, rows.AsSpan(row * rowBytes, rowBytes), stored);
            coder.Encode(stored, expected.AsSpan(row * coder.Words, coder.Words));
        }

        using DeviceBuffer<byte> rowsThere = OnDevice<byte>(rows);
        using DeviceBuffer<Half> scalesThere = OnDevice<Half>(scales);
        using DeviceBuffer<ulong> codes = new(Context, expected.Length, "codes of a test");
        using SignOporpCuda op = new(Context, coder, element);
        CudaEmbedding embedding = new(element, ScanMetric.Dot, dim, rowsThere.Slice(), default, 1) { Scales = scalesThere.Slice() };
        op.Launch(Stream, embedding, codes.Slice());
        Assert.Equal(expected, ToHost(codes.Slice()));
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, embedding with { Rows = rowsThere.Slice(0, rowBytes) }, codes.Slice()));
    }

    [Fact]
    public void Rows_that_are_codes_are_refused()
        => Assert.Throws<ArgumentException>(() => new SignOporpCuda(Context, new SignOporp(64, 64, 1), CudaElement.SignCode));
}
