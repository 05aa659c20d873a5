using Linr.Filters;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Live;

namespace Linr.Engine.Filters;

/// <summary>
/// Finds what the operands of a prepared filter stand for in a table: literals and parameters become codes, 64-bit
/// constants, ranges and rows. Its arrays grow and are used again.
/// </summary>
internal sealed class FilterOperands
{
    private FilterParameters _parameters = FilterParameters.None;
    private ItemTable? _table;
    private TableView? _view;
    private ulong[] _constants = new ulong[16];
    private int _constantCount;
    private ItemId[] _ids = [];
    private uint[] _rows = [];
    private int _rowCount;

    /// <summary>Starts a search.</summary>
    public void Begin(FilterParameters? parameters, ItemTable table, TableView? view)
    {
        _parameters = parameters ?? FilterParameters.None;
        (_table, _view) = (table, view);
    }

    /// <summary>The codes or 64-bit constants of a clause's values; values that no item ever had are left out.</summary>
    /// <param name="clause">The clause.</param>
    /// <param name="areAllKnown">Whether none was left out.</param>
    /// <returns>The constants, valid until the next call; some may be there twice.</returns>
    public ReadOnlySpan<ulong> FindConstants(PreparedValues clause, out bool areAllKnown)
    {
        KeywordCodes? dictionary = ((ValueColumn)_table!.Columns[clause.Field]).Dictionary;
        _constantCount = 0;
        areAllKnown = !clause.HasUnequal;
        foreach (Value literal in clause.Literals)
        {
            areAllKnown &= AddConstant(literal, dictionary);
        }

        foreach (ParameterUse use in clause.Parameters)
        {
            foreach (Value given in _parameters.ByName[use.Name].Values.Span)
            {
                areAllKnown &= ValueTyping.Fit(given, clause.Schema.Type, isBound: false, out Value typed) == ValueFit.Exact
                    && AddConstant(typed, dictionary);
            }
        }

        return _constants.AsSpan(0, _constantCount);
    }

    /// <summary>The range of a clause.</summary>
    public NumberRange FindRange(PreparedRange clause)
    {
        NumberRange range = new();
        FieldType type = clause.Schema.Type;
        if (clause.Clause.Low is { } low)
        {
            range.SetLow(Value(low.Value, clause.Low), low.Inclusive, type);
        }

        if (clause.Clause.High is { } high)
        {
            range.SetHigh(Value(high.Value, clause.High), high.Inclusive, type);
        }

        return range;
    }

    /// <summary>The rows of an id list, <see cref="uint.MaxValue"/> for an id that no item has; valid until the next call.</summary>
    public ReadOnlySpan<uint> FindRows(PreparedIds clause)
    {
        _rowCount = 0;
        if (clause.Literals.Count >= ResolvedIds.CountMin)
        {
            ReadOnlySpan<uint> literals = ResolvedIds.Of(clause, _table!, _view).Rows;
            if (clause.Parameters.Length == 0)
            {
                return literals;
            }

            literals.CopyTo(TakeRows(literals.Length));
        }
        else
        {
            AddRows(clause.Literals);
        }

        foreach (ParameterUse use in clause.Parameters)
        {
            FilterParameter given = _parameters.ByName[use.Name];
            AddRows(new IdList { Ids = Convert(given.Values.Span) });
            AddRows(given.Ids);
        }

        return _rows.AsSpan(0, _rowCount);
    }

    private Value Value(Operand operand, ParameterUse? use)
        => use is null ? operand.Literal : _parameters.ByName[use.Name].Values.Span[0];

    private bool AddConstant(Value typed, KeywordCodes? dictionary)
    {
        ulong constant = typed.Type switch
        {
            FieldType.Keyword => dictionary!.Find(typed.Text),
            FieldType.Float => BitConverter.DoubleToUInt64Bits(typed.Float),
            FieldType.Boolean => typed.Boolean ? 1UL : 0,
            _ => unchecked((ulong)typed.Integer),
        };
        if (typed.Type == FieldType.Keyword && constant == KeywordCodes.NoCode)
        {
            return false;
        }

        if (_constantCount == _constants.Length)
        {
            Array.Resize(ref _constants, 2 * _constantCount);
        }

        _constants[_constantCount++] = constant;
        return true;
    }

    private ReadOnlyMemory<ItemId> Convert(ReadOnlySpan<Value> values)
    {
        if (_ids.Length < values.Length)
        {
            _ids = new ItemId[values.Length];
        }

        for (int i = 0; i < values.Length; i++)
        {
            _ = IdTyping.TryConvert(values[i], _table!.Schema.IdKind, out _ids[i]);
        }

        return _ids.AsMemory(0, values.Length);
    }

    private void AddRows(in IdList ids)
    {
        if (ids.Count > 0)
        {
            _ = ResolvedIds.Find(ids, _table!, _view, TakeRows(ids.Count));
        }
    }

    private Span<uint> TakeRows(int count)
    {
        int first = _rowCount;
        _rowCount += count;
        if (_rows.Length < _rowCount)
        {
            Array.Resize(ref _rows, _rowCount);
        }

        return _rows.AsSpan(first, count);
    }
}
