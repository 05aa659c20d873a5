using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;
using Linr.Training.Data;

namespace Linr.Training.Evaluation.Comparison;

/// <summary>A slice of the users whose target passes a filter.</summary>
/// <param name="Name">The filter as text.</param>
/// <param name="Passes">Whether an item passes, by the data's rows.</param>
public sealed record FilterSlice(string Name, IReadOnlyList<bool> Passes)
{
    /// <summary>Evaluates a filter on a model's attributes; items that the model does not have do not pass.</summary>
    /// <param name="filter">The filter as text.</param>
    /// <param name="items">The model's items.</param>
    /// <param name="catalogue">The items of the data.</param>
    /// <exception cref="FilterException">The filter is wrong; every problem has its position.</exception>
    public static FilterSlice Of(string filter, ItemTable items, ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(catalogue);
        PreparedFilter prepared = PreparedFilter.Prepare(Filter.Parse(filter), items.Schema);
        PlanFilter plan = new FilterCompiler().Compile(prepared, parameters: null, items);
        const int blockRows = Limits.BlockRows;
        var masks = new ulong[(items.Rows + blockRows - 1) / blockRows][];
        for (int block = 0; block < masks.Length; block++)
        {
            int count = (int)Math.Min(blockRows, items.Rows - ((long)block * blockRows));
            masks[block] = new ulong[(count + 63) / 64];
            plan.Evaluate(block, 0, count, masks[block]);
        }

        return new FilterSlice(filter, [.. catalogue.Ids.Select(Passes)]);

        bool Passes(ItemId id) => items.IdMap.TryFind(id, out uint row)
            && (masks[row / blockRows][row % blockRows / 64] >> (int)(row % 64) & 1) == 1;
    }
}
