namespace Linr.Kernels.Layers;

public static partial class AttentionPool
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(
        ReadOnlySpan<float> values, ReadOnlySpan<int> starts, ReadOnlySpan<float> query, int width, Span<float> output)
    {
        int heads = CheckShapes(values, starts, query, width, output);
        for (int pool = 0; pool < (starts.Length - 1) * heads; pool++)
        {
            (int sequence, int head) = Math.DivRem(pool, heads);
            double[] shares = new double[starts[sequence + 1] - starts[sequence]];
            for (int place = 0; place < shares.Length; place++)
            {
                double score = 0;
                for (int i = 0; i < width; i++)
                {
                    score += (double)query[(head * width) + i] * values[((starts[sequence] + place) * width) + i];
                }

                shares[place] = Math.Exp(score / Math.Sqrt(width));
            }

            double total = shares.Sum();
            for (int i = 0; i < width; i++)
            {
                double sum = 0;
                for (int place = 0; place < shares.Length; place++)
                {
                    sum += shares[place] / total * values[((starts[sequence] + place) * width) + i];
                }

                output[(pool * width) + i] = (float)sum;
            }
        }
    }
}
