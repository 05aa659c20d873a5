using System.Numerics.Tensors;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>The percentile bootstrap (Efron 1979) of a mean over users, drawn by a seed.</summary>
public static class Bootstrap
{
    /// <summary>Resamples of each interval.</summary>
    public const int Resamples = 1_000;

    /// <summary>The mean of <paramref name="values"/> and its 95 % interval; zeros where there is no value.</summary>
    /// <remarks>Give it the paired differences of two systems for the interval of their difference.</remarks>
    public static Interval Mean(ReadOnlySpan<double> values, long seed) => Means([values.ToArray()], seed)[0];

    /// <summary>The means of several values of the same users, who are drawn once for all of them.</summary>
    /// <param name="values">[kind of value][user]</param>
    /// <param name="seed">Draws the users.</param>
    /// <exception cref="ArgumentException">The kinds have values of different numbers of users.</exception>
    public static Interval[] Means(IReadOnlyList<double[]> values, long seed)
    {
        ArgumentNullException.ThrowIfNull(values);
        int users = values.Count == 0 ? 0 : values[0].Length;
        if (values.Any(one => one.Length != users))
        {
            throw new ArgumentException(
                $"Expected values of {users} users each; found {string.Join(", ", values.Select(one => one.Length))}.",
                nameof(values));
        }

        if (users == 0)
        {
            return new Interval[values.Count];
        }

        var random = new SplitMix(seed);
        var means = new double[values.Count][];
        for (int kind = 0; kind < means.Length; kind++)
        {
            means[kind] = new double[Resamples];
        }

        double[] drawn = new double[users];
        for (int resample = 0; resample < Resamples; resample++)
        {
            Array.Clear(drawn);
            for (int draw = 0; draw < users; draw++)
            {
                drawn[random.NextInt(users)]++;
            }

            for (int kind = 0; kind < means.Length; kind++)
            {
                means[kind][resample] = TensorPrimitives.Dot<double>(drawn, values[kind]) / users;
            }
        }

        return [.. means.Zip(values, ToInterval)];
    }

    private static Interval ToInterval(double[] means, double[] values)
    {
        Array.Sort(means);
        return new Interval(
            TensorPrimitives.Sum<double>(values) / values.Length,
            means[(int)(0.025 * (Resamples - 1))],
            means[(int)Math.Ceiling(0.975 * (Resamples - 1))]);
    }
}
