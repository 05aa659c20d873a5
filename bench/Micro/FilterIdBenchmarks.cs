using BenchmarkDotNet.Attributes;
using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;

namespace Linr.Bench.Micro;

/// <summary>
/// A deny list of 100,000 ids over 1 million items on one thread: binding it and making the masks. A scan of
/// 1 M x 128 fp32 reads 512 MB, about 13 ms at 40 GB/s; the list should add less than 5 % of that.
/// </summary>
[MemoryDiagnoser]
public class FilterIdBenchmarks
{
    private const int RowCount = 1_000_000;
    private const int IdCount = 100_000;

    private readonly FilterCompiler _compiler = new();
    private readonly FilterParameters _parameters = new();
    private readonly FilterParameters _integers = new();
    private readonly ulong[] _mask = new ulong[Limits.BlockRows / 64];
    private ItemTable _table = null!;
    private PreparedFilter _filter = null!;
    private PreparedFilter _constant = null!;

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        using ItemTableBuilder builder = new(new Schema { IdKind = IdKind.Integer });
        long[] ids = [.. Enumerable.Range(0, RowCount).Select(row => row * 1_000_003L)];
        random.Shuffle(ids);
        builder.AppendIds(ids);
        _table = builder.Build();
        long[] seen = ids[..IdCount];
        random.Shuffle(seen);
        _integers.SetIds("seen", seen);
        _parameters.SetIds("seen", seen.Select(id => new ItemId(id)).ToArray());
        _filter = PreparedFilter.Prepare(Filter.Parse("id not in @seen"), _table.Schema);
        _constant = PreparedFilter.Prepare(FilterBuilder.IdNotIn(seen.Select(id => new ItemId(id))), _table.Schema);
    }

    [GlobalCleanup]
    public void Cleanup() => _table.Dispose();

    [Benchmark(Description = "bind 100,000 ids")]
    public int Bind() => _compiler.Compile(_filter, _parameters, _table).Plan.Entry;

    [Benchmark(Description = "bind 100,000 integer ids, mask of 1 M rows")]
    public ulong BindAndMask() => Mask(_compiler.Compile(_filter, _integers, _table));

    [Benchmark(Description = "bind a constant list of 100,000 ids, mask of 1 M rows")]
    public ulong BindConstant() => Mask(_compiler.Compile(_constant, null, _table));

    private ulong Mask(PlanFilter filter)
    {
        ulong any = 0;
        for (int block = 0; block < _table.BlockCount; block++)
        {
            filter.Evaluate(block, 0, _table.BlockRows(block), _mask);
            any |= _mask[0];
        }

        return any;
    }
}
