using Linr.Cuda;
using Linr.Index.Device;
using Linr.Kernels.Filter;

namespace Linr.Tests.Index.Device;

/// <summary>The rows of a table on a device that plans pass, as the kernel finds them there.</summary>
internal static class DeviceMasks
{
    public static bool[][] Of(DeviceTable table, CudaStream stream, params IReadOnlyList<FilterPlan> plans)
    {
        long words = (table.Shard.Rows + 63) / 64;
        CudaContext context = stream.Context;
        using var kernel = new PlanFilterCuda(context);
        using var batch = new CudaFilterPlans(context, (int)plans.Sum(CudaFilterPlans.CountBytes));
        using var columns = new DeviceBuffer<CudaFilterColumn>(context, table.Arrays.Columns.Length, "columns");
        using var head = new DeviceBuffer<CudaFilterTable>(context, 1, "table");
        using var masks = new DeviceBuffer<ulong>(context, plans.Count * words, "masks");
        using var passed = new DeviceBuffer<ulong>(context, plans.Count, "passed");
        stream.Upload(table.Arrays.Columns.AsSpan(), columns.Slice());
        stream.Upload([new CudaFilterTable(table.Shard.Rows, table.Arrays.Live, columns.Slice())], head.Slice());
        foreach (FilterPlan plan in plans)
        {
            int[] numbers = new int[plan.Columns.Length];
            table.Numbers.NumberColumns(plan, numbers);
            batch.Append(plan, numbers, table.Shard.FirstBlock);
        }

        batch.EnqueueUpload(stream);
        kernel.Launch(stream, head.Slice(), batch, masks.Slice(), words, passed.Slice());
        ulong[] bits = new ulong[masks.Length];
        stream.Download(masks.Slice(), bits);
        return
        [
            .. Enumerable.Range(0, plans.Count).Select(plan => Enumerable.Range(0, (int)table.Shard.Rows)
                .Select(row => (bits[(plan * words) + (row / 64)] >> (row % 64) & 1) != 0).ToArray()),
        ];
    }
}
