namespace Linr.Kernels.Layers;

public static partial class CausalAttention
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(
        AttentionRows rows, ReadOnlySpan<int> starts, int heads, ReadOnlySpan<float> bias, Span<float> output)
    {
        (int keyPart, int valuePart) = CheckShapes(rows, starts, heads, bias, output);
        output.Clear();
        for (int sequence = 0; sequence + 1 < starts.Length; sequence++)
        {
            int queries = rows.IsLatest ? Math.Min(1, starts[sequence + 1] - starts[sequence])
                : starts[sequence + 1] - starts[sequence];
            for (int place = 0; place < queries * heads; place++)
            {
                (int query, int head) = Math.DivRem(place, heads);
                int row = rows.IsLatest ? sequence : starts[sequence] + query;
                int first = starts[sequence] + query;
                double[] shares = new double[starts[sequence + 1] - first];
                for (int older = 0; older < shares.Length; older++)
                {
                    double score = 0;
                    for (int i = 0; i < keyPart; i++)
                    {
                        score += (double)rows.Queries[(row * rows.KeyWidth) + (head * keyPart) + i]
                            * rows.Keys[((first + older) * rows.KeyWidth) + (head * keyPart) + i];
                    }

                    int distances = bias.Length / heads;
                    score /= Math.Sqrt(keyPart);
                    score += bias.IsEmpty ? 0 : bias[(head * distances) + Math.Min(older, distances - 1)];
                    shares[older] = Math.Exp(score);
                }

                double total = shares.Sum();
                for (int i = 0; i < valuePart; i++)
                {
                    double sum = 0;
                    for (int older = 0; older < shares.Length; older++)
                    {
                        sum += shares[older] / total
                            * rows.Values[((first + older) * rows.ValueWidth) + (head * valuePart) + i];
                    }

                    output[(row * rows.ValueWidth) + (head * valuePart) + i] = (float)sum;
                }
            }
        }
    }
}
