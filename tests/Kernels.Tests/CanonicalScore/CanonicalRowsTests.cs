using CsCheck;

namespace Linr.Kernels.Tests;

public sealed unsafe class CanonicalRowsTests
{
    private static readonly Gen<(float[] Query, float[][] Rows)> s_cases =
        from dim in Gen.Int[1, 257]
        from query in Gen.Float[-1e18f, 1e18f].Array[dim]
        from rows in Gen.Float[-2, 2].Array[dim].Array[CanonicalRows.RowCount]
        select (query, rows);

    [Fact]
    public void Products_have_the_reference_bits()
        => s_cases.Sample((query, rows) => Check<ProductTerm>(query, rows, (q, row) => CanonicalScore.DotReference(q, row)));

    [Fact]
    public void Squares_have_the_reference_bits()
        => s_cases.Sample((query, rows) => Check<SquareTerm>(
            query, rows, (_, row) => CanonicalScore.DotReference(row, row)));

    [Fact]
    public void Squared_differences_have_the_reference_bits()
        => s_cases.Sample((query, rows) => Check<SquaredDifferenceTerm>(
            query, rows, (q, row) => CanonicalScore.SquaredDistanceReference(q, row)));

    private static void Check<TTerm>(float[] query, float[][] rows, Func<float[], float[], double> reference)
        where TTerm : struct, ICanonicalTerm
    {
        double[] wide = Array.ConvertAll(query, value => (double)value);
        double[] sums = new double[CanonicalRows.RowCount];
        fixed (float* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3])
        fixed (double* first = wide, sum = sums)
        {
            float** addresses = stackalloc float*[] { row0, row1, row2, row3 };
            CanonicalRows.Sum<TTerm>(first, addresses, (byte**)addresses, sizeof(float), query.Length, sum);
        }

        Assert.Equal(
            rows.Select(row => BitConverter.DoubleToInt64Bits(reference(query, row))),
            sums.Select(BitConverter.DoubleToInt64Bits));
    }
}
