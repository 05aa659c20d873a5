namespace Linr.Engine.Bench;

internal static class Medians
{
    /// <summary>The middle value; of an even count the upper one.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
