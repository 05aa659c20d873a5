using Linr.Index.Columns;
using Linr.Kernels.Filter;

namespace Linr.Index.Device;

/// <summary>The numbers on a device of a table's attributes.</summary>
public sealed class ColumnNumbers
{
    private readonly Dictionary<ValueColumn, int> _numbers = [];

    /// <summary>The numbers of a layout.</summary>
    internal ColumnNumbers(ItemTable items, DeviceLayout layout)
    {
        for (int number = 0; number < layout.Columns.Length; number++)
        {
            _numbers.Add((ValueColumn)items.Columns[layout.Columns[number].Field], number);
        }
    }

    /// <summary>The number of an attribute's column, to group by, say.</summary>
    /// <param name="blocks">All blocks of the table's column, as they are or were.</param>
    /// <exception cref="ArgumentException">It is no attribute's column of the table.</exception>
    public int NumberOf(ReadOnlyMemory<ColumnBlock> blocks)
        => ValueColumn.Of(blocks) is { } column && _numbers.TryGetValue(column, out int number)
            ? number
            : throw new ArgumentException("Expected one of the table's own attributes.", nameof(blocks));

    /// <summary>The number of each column that a plan reads, for <see cref="CudaFilterPlans.Append"/>.</summary>
    /// <param name="plan">A plan compiled for the table.</param>
    /// <param name="numbers">[column of the plan], at least as long as the plan has columns.</param>
    /// <exception cref="ArgumentException">The plan reads columns of another table.</exception>
    public void NumberColumns(FilterPlan plan, Span<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(plan);
        for (int column = 0; column < plan.Columns.Length; column++)
        {
            numbers[column] = NumberOf(plan.Columns[column]);
        }
    }
}
