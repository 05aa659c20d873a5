using Linr.Training.Data;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Centroids;

/// <summary>
/// Centroids of rows by cosine: k-means of rows and centroids of norm 1, which Lloyd's passes or mini-batches (Sculley,
/// WWW 2010) improve from a start by k-means++ (Arthur and Vassilvitskii, SODA 2007). On the CPU or a CUDA device; on
/// one CPU thread equal seeds give equal bits.
/// </summary>
public static class KMeans
{
    private const int ChunkRows = 16_384;

    // k-means++ looks at so many rows at most: each centroid is a pass over them.
    private const int SeedRowsMax = 131_072;

    /// <summary>Finds centroids. Rows of zeros belong to none.</summary>
    /// <param name="rows">Row r at r * <paramref name="dim"/>; of any norm.</param>
    /// <param name="dim">Width.</param>
    /// <param name="options">How many, and how.</param>
    /// <param name="device">"cpu", "cuda" or "cuda:N".</param>
    /// <exception cref="ArgumentException">There is no row that is not zero, or an option is wrong.</exception>
    public static KMeansResult Run(ReadOnlySpan<float> rows, int dim, KMeansOptions options, string device = "cpu")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        options.Validate();
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(rows, dim, TorchLibrary.Device(device));
        var random = new SplitMix(options.Seed);
        Tensor centroids = Seeds(points, Math.Min(options.Count, (int)points.shape[0]), random);
        var inertia = new List<double>();
        if (options.BatchRows > 0)
        {
            centroids = MiniBatches(points, centroids, options, random);
        }
        else
        {
            for (int pass = 0; pass < options.Passes; pass++)
            {
                using DisposeScope one = NewDisposeScope();
                (Tensor chosen, Tensor cosines) = Closest(points, centroids);
                inertia.Add(Inertia(cosines));
                if (pass > 0 && inertia[^1] >= inertia[^2] * (1 - options.Tolerance))
                {
                    break;
                }

                centroids = Means(points, chosen, cosines, (int)centroids.shape[0]).MoveToOuterDisposeScope();
            }
        }

        inertia.Add(Inertia(Closest(points, centroids).Cosines));
        return new KMeansResult(centroids.cpu().contiguous().data<float>().ToArray(), inertia);
    }

    private static Tensor Points(ReadOnlySpan<float> rows, int dim, Device device)
    {
        var kept = new List<float>(rows.Length);
        for (int row = 0; row < rows.Length / dim; row++)
        {
            ReadOnlySpan<float> own = rows.Slice(row * dim, dim);
            if (own.ContainsAnyExcept(0f))
            {
                kept.AddRange(own);
            }
        }

        return kept.Count > 0
            ? Normalise(tensor(kept.ToArray()).view(-1, dim).to(device))
            : throw new ArgumentException("Expected a row that is not zero; found none.", nameof(rows));
    }

    /// <summary>
    /// The first centroids: each is the best of a few that are drawn with the squared distance to the nearest before it.
    /// </summary>
    private static Tensor Seeds(Tensor points, int count, SplitMix random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sample = points;
        if (points.shape[0] > Math.Max(SeedRowsMax, count))
        {
            int[] all = [.. Enumerable.Range(0, (int)points.shape[0])];
            random.Shuffle<int>(all);
            long[] drawn = Array.ConvertAll(all[..Math.Max(SeedRowsMax, count)], row => (long)row);
            sample = points.index_select(0, tensor(drawn, device: points.device));
        }

        // As many as the paper's implementation: one draw lands twice in one group too often.
        int trials = 2 + (int)Math.Log(count);
        long[] chosen = new long[count];
        chosen[0] = random.NextInt((int)sample.shape[0]);
        Tensor nearest = full([sample.shape[0]], -1f, device: points.device);
        for (int centroid = 1; centroid < count; centroid++)
        {
            using DisposeScope one = NewDisposeScope();
            nearest = maximum(nearest, Cosines([chosen[centroid - 1]]).view(-1)).MoveToOuterDisposeScope();
            float[] known = nearest.cpu().data<float>().ToArray();
            long[] drawn = [.. Enumerable.Range(0, trials).Select(_ => (long)Draw(known, random))];
            Tensor closer = maximum(nearest.unsqueeze(1), Cosines(drawn)).sum(0);
            chosen[centroid] = drawn[closer.argmax().cpu().item<long>()];
        }

        Tensor Cosines(long[] rows)
            => matmul(sample, sample.index_select(0, tensor(rows, device: points.device)).t());

        return sample.index_select(0, tensor(chosen, device: points.device)).MoveToOuterDisposeScope();
    }

    // Of rows of norm 1 the squared distance is 2 - 2 cosine.
    private static int Draw(float[] nearest, SplitMix random)
    {
        double total = 0;
        foreach (float cosine in nearest)
        {
            total += Math.Max(0, 1 - cosine);
        }

        double left = random.NextDouble() * total;
        int last = random.NextInt(nearest.Length);
        for (int row = 0; row < nearest.Length; row++)
        {
            double share = Math.Max(0, 1 - nearest[row]);
            if (share > 0)
            {
                last = row;
                left -= share;
                if (left < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static (Tensor Chosen, Tensor Cosines) Closest(Tensor points, Tensor centroids)
    {
        using DisposeScope scope = NewDisposeScope();
        var chosen = new List<Tensor>();
        var cosines = new List<Tensor>();
        for (long start = 0; start < points.shape[0]; start += ChunkRows)
        {
            Tensor chunk = points.narrow(0, start, Math.Min(ChunkRows, points.shape[0] - start));
            (Tensor best, Tensor index) = matmul(chunk, centroids.t()).max(1);
            chosen.Add(index);
            cosines.Add(best);
        }

        return (cat(chosen.ToArray()).MoveToOuterDisposeScope(), cat(cosines.ToArray()).MoveToOuterDisposeScope());
    }

    /// <summary>The mean of each centroid's rows; one without rows moves to a row that lies badly.</summary>
    private static Tensor Means(Tensor points, Tensor chosen, Tensor cosines, int count)
    {
        Tensor sums = zeros(count, points.shape[1], device: points.device).Gather(chosen, points);
        Tensor sizes = zeros(count, device: points.device).Gather(chosen, ones_like(cosines));
        long[] empty = [.. Places(sizes, size => size == 0)];
        if (empty.Length > 0)
        {
            Tensor worst = cosines.argsort().narrow(0, 0, empty.Length);
            sums.index_copy_(0, tensor(empty, device: points.device), points.index_select(0, worst));
        }

        return Normalise(sums);
    }

    private static Tensor MiniBatches(Tensor points, Tensor centroids, KMeansOptions options, SplitMix random)
    {
        Tensor seen = zeros(centroids.shape[0], device: points.device);
        for (int batch = 0; batch < options.Passes; batch++)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] rows = new long[options.BatchRows];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = random.NextInt((int)points.shape[0]);
            }

            Tensor drawn = points.index_select(0, tensor(rows, device: points.device));
            (Tensor chosen, Tensor cosines) = Closest(drawn, centroids);
            Tensor sums = zeros_like(centroids).Gather(chosen, drawn);
            Tensor sizes = zeros_like(seen).Gather(chosen, ones_like(cosines));

            // A centroid is the mean of all rows that it ever got: it moves by the batch's share of them.
            Tensor before = seen;
            seen = seen.Plus(sizes).MoveToOuterDisposeScope();
            Tensor mean = (centroids * before.unsqueeze(1)).Plus(sums) / seen.AtLeast(1).unsqueeze(1);
            centroids = where(sizes.unsqueeze(1).gt(zeros(1, device: points.device)), Normalise(mean), centroids)
                .MoveToOuterDisposeScope();
        }

        return centroids;
    }

    private static Tensor Gather(this Tensor sums, Tensor rows, Tensor values)
    {
        using Scalar one = 1;
        return sums.index_add_(0, rows, values, one);
    }

    private static IEnumerable<long> Places(Tensor values, Func<float, bool> isRight)
        => values.cpu().data<float>().ToArray().Select((value, place) => (value, place))
            .Where(pair => isRight(pair.value)).Select(pair => (long)pair.place);

    private static double Inertia(Tensor cosines)
        => cosines.shape[0] - cosines.sum(ScalarType.Float64).cpu().item<double>();

    private static Tensor Normalise(Tensor rows) => rows / rows.norm(1, keepdim: true, p: 2).AtLeast(1e-12);
}
