namespace Linr.Kernels.Tests.Scan;

/// <summary>Row and query contents that depend on the seed and the row alone.</summary>
internal static class RandomRows
{
    public static Action<long, Span<float>> Normal(int seed) => (row, values) =>
    {
        Random random = new((seed * 7919) + (int)row);
        for (int d = 0; d < values.Length; d++)
        {
            values[d] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        }
    };

    public static Action<int, Span<float>> Queries(int seed)
    {
        Action<long, Span<float>> rows = Normal(seed);
        return (query, values) => rows(query, values);
    }
}
