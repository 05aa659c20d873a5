namespace Linr.Kernels;

/// <content>What is drawn.</content>
public static partial class RandomTable
{
    private static void RowReference(ulong start, ulong row, Span<Half> values, uint clusters)
    {
        ulong first = row * (ulong)values.Length;
        ulong clusterStart = Mix(start);
        ulong firstOfCluster = clusters == 0 ? 0 : CodeReference(clusterStart, row, clusters) * (ulong)values.Length;
        long squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            long value = DrawAt(i);
            squares += value * value;
        }

        // Integers until here, and one rounding a step from here: the same bits in any order of summation.
        float scale = (float)(1 / Math.Sqrt(squares));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (Half)(DrawAt(i) * scale);
        }

        int DrawAt(int i) => Draw(start, first + (ulong)i)
            + (clusters == 0 ? 0 : Draw(clusterStart, firstOfCluster + (ulong)i));
    }

    private static Half Int8RowReference(ulong start, ulong row, Span<sbyte> values)
    {
        ulong first = row * (ulong)values.Length;
        int largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(Draw(start, first + (ulong)i)));
        }

        int squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            // The nearest, from zero where two are as near: integers until the scale.
            int draw = Draw(start, first + (ulong)i);
            int size = ((2 * Int8Rows.ValueMax * Math.Abs(draw)) + largest) / (2 * largest);
            values[i] = (sbyte)(draw < 0 ? -size : size);
            squares += size * size;
        }

        return (Half)(float)(1 / Math.Sqrt(squares));
    }

    private static uint CodeReference(ulong start, ulong row, uint codeCount)
        => 1 + (uint)(((Mix(start + (row * Step)) >> 32) * codeCount) >> 32);

    private static int Draw(ulong start, ulong place)
    {
        ulong bits = Mix(start + (place * Step));
        int sum = (ushort)bits + (ushort)(bits >> 16) + (ushort)(bits >> 32);
        return (2 * sum) - (3 * DrawMax);
    }
}
