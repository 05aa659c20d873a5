using System.Diagnostics;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Live;
using Linr.Kernels.Filter;

namespace Linr.Engine.Filters;

/// <summary>
/// Compiles prepared filters to plans: binds parameters, looks keywords up in the table's dictionaries as they are now
/// and ids in its map. It owns one plan and uses its memory again, so that compiling allocates nothing once warm; keep
/// one for each filter that a batch may hold. Not safe for concurrent use.
/// </summary>
public sealed class FilterCompiler
{
    private readonly FilterPlan _plan = new();
    private readonly PlanFilter _filter;
    private readonly FilterOperands _operands = new();
    private int[] _columns = [];
    private ItemTable? _table;

    /// <summary>A compiler without a plan yet.</summary>
    public FilterCompiler() => _filter = new PlanFilter(_plan);

    /// <summary>Compiles a filter for one search.</summary>
    /// <param name="filter">The filter, prepared for the table's schema.</param>
    /// <param name="parameters">Its parameters; null when it has none.</param>
    /// <param name="table">The table; it must outlive the use of the result.</param>
    /// <param name="view">What a live table is; null for one that never changes.</param>
    /// <returns>
    /// The filter to scan with, valid until the next call. Where its plan's <see cref="FilterPlan.Entry"/> is
    /// <see cref="FilterPlan.Pass"/> every row passes, and a scan needs no filter.
    /// </returns>
    /// <exception cref="FilterException">A parameter is missing or wrong.</exception>
    /// <exception cref="ArgumentException">
    /// The filter was prepared for other fields or ids than the table's.
    /// </exception>
    public PlanFilter Compile(
        PreparedFilter filter, FilterParameters? parameters, ItemTable table, TableView? view = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(table);
        CheckSchema(filter.Schema, table.Schema);
        filter.Check(parameters);

        _table = table;
        _operands.Begin(parameters, table, view);
        _plan.Clear();
        ForgetColumns(table.Columns.Count);
        _plan.Complete(Append(filter.Root, FilterPlan.Pass, FilterPlan.Fail));
        _table = null;
        return _filter;
    }

    private static void CheckSchema(Schema prepared, Schema found)
    {
        bool hasSameFields = prepared.Fields.Equals(found.Fields)
            || prepared.Fields.AsSpan().SequenceEqual(found.Fields.AsSpan());
        if (!hasSameFields || prepared.IdKind != found.IdKind)
        {
            throw new ArgumentException(
                "Expected a filter prepared for the table's fields and kind of id; found one for others.",
                nameof(prepared));
        }
    }

    private void ForgetColumns(int fieldCount)
    {
        if (_columns.Length < fieldCount)
        {
            _columns = new int[fieldCount];
        }

        Array.Fill(_columns, -1);
    }

    /// <summary>
    /// Appends a node whose rows go on to one place when it holds and to another when it does not; constants vanish.
    /// </summary>
    /// <returns>Where rows enter it.</returns>
    private int Append(PreparedNode node, int whenTrue, int whenFalse) => node switch
    {
        PreparedConstant constant => constant.Passes ? whenTrue : whenFalse,
        PreparedNot not => Append(not.Inner, whenFalse, whenTrue),
        PreparedGroup group => AppendGroup(group, whenTrue, whenFalse),
        PreparedIds ids => _plan.AppendRows(_operands.FindRows(ids), _table!.BlockCount, whenTrue, whenFalse),
        PreparedValues { IsAll: true } all => AppendAll(all, whenTrue, whenFalse),
        PreparedValues any => AppendAny(any, _operands.FindConstants(any, out _), whenTrue, whenFalse),
        PreparedRange range => AppendRange(range, whenTrue, whenFalse),
        PreparedExists exists => _plan.AppendExists(Column(exists), whenTrue, whenFalse),
        _ => throw new UnreachableException($"No such node: {node.GetType().Name}."),
    };

    /// <summary>The last part is appended first, for each part goes on to the one after it.</summary>
    private int AppendGroup(PreparedGroup group, int whenTrue, int whenFalse)
    {
        int entry = group.IsAnd ? whenTrue : whenFalse;
        for (int i = group.Nodes.Length - 1; i >= 0; i--)
        {
            entry = group.IsAnd
                ? Append(group.Nodes[i], entry, whenFalse)
                : Append(group.Nodes[i], whenTrue, entry);
        }

        return entry;
    }

    private int AppendAny(PreparedValues clause, ReadOnlySpan<ulong> constants, int whenTrue, int whenFalse)
        => constants.Length == 0
            ? whenFalse
            : _plan.AppendAnyOf(
                Column(clause), constants, clause.Schema.Type == FieldType.Keyword, whenTrue, whenFalse);

    /// <summary>All of some values is any of the first and any of the second and so on.</summary>
    private int AppendAll(PreparedValues clause, int whenTrue, int whenFalse)
    {
        ReadOnlySpan<ulong> constants = _operands.FindConstants(clause, out bool areAllKnown);
        if (!areAllKnown)
        {
            return whenFalse;
        }

        if (constants.Length == 0)
        {
            return _plan.AppendExists(Column(clause), whenTrue, whenFalse);
        }

        int entry = whenTrue;
        for (int i = 0; i < constants.Length; i++)
        {
            entry = AppendAny(clause, constants.Slice(i, 1), entry, whenFalse);
        }

        return entry;
    }

    private int AppendRange(PreparedRange clause, int whenTrue, int whenFalse)
    {
        NumberRange range = _operands.FindRange(clause);
        if (range.IsEmpty)
        {
            return whenFalse;
        }

        bool isFloat = clause.Schema.Type == FieldType.Float;
        long low = isFloat ? BitConverter.DoubleToInt64Bits(range.FloatLow) : range.Low;
        long high = isFloat ? BitConverter.DoubleToInt64Bits(range.FloatHigh) : range.High;
        return _plan.AppendRange(Column(clause), low, high, whenTrue, whenFalse);
    }

    /// <summary>The plan's number for a clause's column, which its first clause adds.</summary>
    private int Column(PreparedClause clause)
    {
        ref int column = ref _columns[clause.Field];
        if (column < 0)
        {
            column = _plan.AppendColumn(((ValueColumn)_table!.Columns[clause.Field]).Blocks);
        }

        return column;
    }
}
