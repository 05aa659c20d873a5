using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Row and query contents that depend on the seed and the row alone.</summary>
internal static class RandomRows
{
    /// <summary>Elements that hold floats of some precision: rows of any dim and metric.</summary>
    public static IReadOnlyList<RowElement> FloatElements { get; } =
        [.. Enum.GetValues<RowElement>().Where(element => element != RowElement.SignCode)];

    /// <summary>The same on a device.</summary>
    public static CudaElement[] CudaFloats { get; } =
        [.. Enum.GetValues<CudaElement>().Where(element => element != CudaElement.SignCode)];

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

    /// <summary>Queries for codes: +1 and -1, or whole numbers within 127.</summary>
    public static Action<int, Span<float>> CodeQueries(int seed, bool isAsymmetric) => (query, values) =>
    {
        Random random = new((seed * 7919) + query);
        for (int d = 0; d < values.Length; d++)
        {
            values[d] = isAsymmetric ? random.Next(-127, 128) : (2 * random.Next(2)) - 1;
        }
    };
}
