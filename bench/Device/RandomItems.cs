namespace Linr.Bench.Device;

/// <summary>Items with random unit vectors, in place of those that there are.</summary>
internal static class RandomItems
{
    /// <summary>A set of upserts.</summary>
    public static ItemChange[] Set(Random random, int count, long rows, int dim)
    {
        var changes = new ItemChange[count];
        for (int i = 0; i < count; i++)
        {
            float[] vector = new float[dim];
            double squares = 0;
            for (int d = 0; d < dim; d++)
            {
                vector[d] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
                squares += vector[d] * vector[d];
            }

            for (int d = 0; d < dim; d++)
            {
                vector[d] /= (float)Math.Sqrt(squares);
            }

            changes[i] = ItemChange.Upsert(new Item
            {
                Id = random.NextInt64(rows),
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { [EngineItems.Embedding] = vector },
            });
        }

        return changes;
    }
}
