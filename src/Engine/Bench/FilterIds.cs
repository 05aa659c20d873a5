using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;

namespace Linr.Engine.Bench;

/// <summary>A table of integer ids, and allow and deny lists of random ids among them.</summary>
public sealed class FilterIds : IDisposable
{
    /// <summary>Ids of a list at most; tables of fewer than ten times as many rows have shorter lists.</summary>
    public const int CountMax = 100_000;

    private const long IdStep = 1_000_003;

    private readonly FilterCompiler _compiler = new();
    private readonly FilterParameters _parameters = new();
    private readonly ItemTable _table;
    private readonly PreparedFilter _allowConstant;
    private readonly PreparedFilter _allowBound;
    private readonly PreparedFilter _denyConstant;
    private readonly PreparedFilter _denyBound;

    internal FilterIds(long rowCount, int seed)
    {
        Random random = new(seed);
        using ItemTableBuilder builder = new(new Schema { IdKind = IdKind.Integer });
        long[] ids = new long[rowCount];
        for (long row = 0; row < rowCount; row++)
        {
            ids[row] = row * IdStep;
        }

        random.Shuffle(ids);
        builder.AppendIds(ids);
        _table = builder.Build();
        long[] list = ids[..(int)Math.Min(CountMax, rowCount / 10)];
        random.Shuffle(list);
        _parameters.SetIds("ids", list);
        ItemId[] constants = [.. list.Select(id => (ItemId)id)];
        Operand bound = FilterBuilder.Parameter("ids");
        _allowConstant = PreparedFilter.Prepare(FilterBuilder.IdIn(constants), _table.Schema);
        _allowBound = PreparedFilter.Prepare(FilterBuilder.IdIn(bound), _table.Schema);
        _denyConstant = PreparedFilter.Prepare(FilterBuilder.IdNotIn(constants), _table.Schema);
        _denyBound = PreparedFilter.Prepare(FilterBuilder.IdNotIn(bound), _table.Schema);
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    /// <summary>Binds a list, which is a part of every search's time; valid until the next call.</summary>
    internal PlanFilter Bind(CaseFilter filter) => filter switch
    {
        CaseFilter.AllowConstant => _compiler.Compile(_allowConstant, null, _table),
        CaseFilter.AllowBound => _compiler.Compile(_allowBound, _parameters, _table),
        CaseFilter.DenyConstant => _compiler.Compile(_denyConstant, null, _table),
        CaseFilter.DenyBound => _compiler.Compile(_denyBound, _parameters, _table),
        _ => throw new ArgumentException($"Expected a list of ids; found {filter}.", nameof(filter)),
    };
}
