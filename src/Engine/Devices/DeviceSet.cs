using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Engine.Requests;
using Linr.Engine.Similarities;
using Linr.Index;
using Linr.Index.Device;
using Linr.Index.Live;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Devices;

/// <summary>The devices that a table is spread over, a shard on each; their one owner.</summary>
internal sealed class DeviceSet : IDisposable
{
    /// <summary>
    /// Searches of a retriever that run at once: while the device works on one, the host prepares another. More would
    /// only wait for the device, which one search fills, and take memory.
    /// </summary>
    public const int LaneCount = 2;

    private readonly List<DeviceShard> _shards = [];

    private DeviceSet()
    {
    }

    /// <summary>The shards, in the order of their rows.</summary>
    public IReadOnlyList<DeviceShard> Shards => _shards;

    /// <summary>What explanations call it, such as <c>cuda NVIDIA H200</c>.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>
    /// Opens the devices, loads the rows and the weights of similarities, and moves the query towers, if there are any,
    /// to the first. Live items must be disposed before it.
    /// </summary>
    /// <exception cref="CudaException">There is no driver or device, or a call failed; all was given back.</exception>
    /// <exception cref="DeviceMemoryException">The rows do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    /// <exception cref="NotSupportedException">A device is too old.</exception>
    public static DeviceSet Open(
        ItemTable items,
        LiveTable? live,
        QueryTowers? towers,
        CudaOptions options,
        params IReadOnlyList<ModelSimilarity> similarities)
    {
        CudaDriver.Load();
        var set = new DeviceSet();
        try
        {
            ImmutableArray<RowShard> shards = RowShard.Split(items, options.Ordinals.Length);
            for (int shard = 0; shard < shards.Length; shard++)
            {
                set._shards.Add(new DeviceShard(options.Ordinals[shard], live is null
                    ? DeviceLayout.Of(items, shards[shard], keepsRowsOnHost: options.KeepsRowsOnHost)
                    : LiveDeviceTable.LayoutOf(live, shards[shard], options.KeepsRowsOnHost)));
            }

            (LearnedSimilarity, int[])[] learned =
                [.. similarities.Select(one => (one.Similarity, HalvesOf(items, one)))];
            set._shards.ForEach(shard => shard.Load(learned));
            set.CheckBudgets(options, towers?.DeviceBytes ?? 0);
            foreach (DeviceShard shard in set._shards)
            {
                if (live is null)
                {
                    shard.Load(items, options.Progress);
                }
                else
                {
                    shard.Load(live, isLast: shard == set._shards[^1], options.Progress);
                }
            }

            towers?.UseDevice(set._shards[0].Context);
            set.Name = Describe(set._shards);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="Open"/>; null, with one sentence, where the processor is to serve.</summary>
    public static DeviceSet? TryOpen(
        ItemTable items,
        LiveTable? live,
        QueryTowers? towers,
        CudaOptions options,
        out string? reason,
        params IReadOnlyList<ModelSimilarity> similarities)
    {
        if (!CudaDriver.TryLoad(out reason))
        {
            return null;
        }

        try
        {
            return Open(items, live, towers, options, similarities);
        }
        catch (Exception problem) when (
            problem is CudaException or DeviceMemoryException or ArgumentOutOfRangeException or NotSupportedException)
        {
            reason = problem.Message;
            return null;
        }
    }

    public void Dispose() => _shards.ForEach(shard => shard.Dispose());

    private static int[] HalvesOf(ItemTable items, ModelSimilarity similarity)
        => [.. similarity.ItemEmbeddings.Select(
            name => items.Embeddings.Index().First(one => one.Item.Schema.Name == name).Index)];

    private static string Describe(IEnumerable<DeviceShard> shards)
        => "cuda " + string.Join(" + ", shards.GroupBy(shard => shard.Context.Device.Name).Select(
            group => group.Count() == 1 ? group.Key : $"{group.Count()} x {group.Key}"));

    private void CheckBudgets(CudaOptions options, long towerBytes)
    {
        foreach (IGrouping<int, DeviceShard> shards in _shards.GroupBy(shard => shard.Context.Device.Ordinal))
        {
            DeviceShard first = shards.First();
            DeviceBudget budget = DeviceBudget.Of(
                shards.Select(shard => shard.Layout),
                rows => LaneCount * first.ScratchBytes(options, rows),
                shards.Sum(shard => shard.SimilarityBytes) + (first == _shards[0] ? towerBytes : 0));
            budget.ThrowIfOver(
                first.Context.Device.ToString(), budget.FreeBytes(first.Context, options.MemoryBytesMax));
        }
    }
}
