namespace Linr.Bench.Device;

internal static class Quantiles
{
    public static double Median(IEnumerable<double> values) => Of(values, 0.5);

    public static double P95(IEnumerable<double> values) => Of(values, 0.95);

    public static double P99(IEnumerable<double> values) => Of(values, 0.99);

    private static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = (sorted.Length - 1) * share;
        double low = sorted[(int)place];
        double high = sorted[Math.Min((int)place + 1, sorted.Length - 1)];
        return low + ((high - low) * (place - Math.Floor(place)));
    }
}
