namespace Linr.Kernels.Layers;

public static partial class L2Normalise
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(Span<float> values, int width)
    {
        CheckShapes(values, width);
        for (; !values.IsEmpty; values = values[width..])
        {
            double squares = 0;
            for (int i = 0; i < width; i++)
            {
                squares += (double)values[i] * values[i];
            }

            for (int i = 0; i < width; i++)
            {
                values[i] = (float)(values[i] / Math.Max(Math.Sqrt(squares), LengthMin));
            }
        }
    }
}
