using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>The percentile bootstrap (Efron 1979) of a mean over users, drawn by a seed.</summary>
public static class Bootstrap
{
    /// <summary>Resamples of each interval.</summary>
    public const int Resamples = 1_000;

    /// <summary>The mean of <paramref name="values"/> and its 95 % interval; zeros where there is no value.</summary>
    /// <remarks>Give it the paired differences of two systems for the interval of their difference.</remarks>
    public static Interval Mean(ReadOnlySpan<double> values, long seed)
    {
        if (values.IsEmpty)
        {
            return default;
        }

        var random = new SplitMix(seed);
        double[] means = new double[Resamples];
        for (int resample = 0; resample < Resamples; resample++)
        {
            double sum = 0;
            for (int draw = 0; draw < values.Length; draw++)
            {
                sum += values[random.NextInt(values.Length)];
            }

            means[resample] = sum / values.Length;
        }

        Array.Sort(means);
        double total = 0;
        foreach (double value in values)
        {
            total += value;
        }

        return new Interval(
            total / values.Length,
            means[(int)(0.025 * (Resamples - 1))],
            means[(int)Math.Ceiling(0.975 * (Resamples - 1))]);
    }
}
