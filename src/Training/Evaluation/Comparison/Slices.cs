using System.Globalization;
using Linr.Training.Data;

namespace Linr.Training.Evaluation.Comparison;

/// <summary>Which users, and which items are ranked for them.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Cases">Its cases, by place.</param>
/// <param name="Among">The set of items that is ranked.</param>
internal sealed record Slice(string Name, int[] Cases, int Among);

/// <summary>The slices of a comparison.</summary>
internal sealed class Slices
{
    private readonly List<bool[]?> _sets = [];
    private readonly List<Slice> _slices = [];
    private readonly InteractionDataset _data;
    private readonly EvaluationCase[] _cases;

    /// <summary>The slices of some cases.</summary>
    /// <param name="data">The data.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="options">Which slices.</param>
    /// <param name="common">The items that all models have; null: all of them.</param>
    public Slices(InteractionDataset data, EvaluationCase[] cases, ComparisonOptions options, bool[]? common)
    {
        (_data, _cases) = (data, cases);
        _sets.Add(common);
        int[] counts = data.TrainingCounts();
        Add("all", _ => true);
        if (options.HeldOut == HeldOut.Cold)
        {
            Add("among items never trained on", _ => true, AddSet(common, item => counts[item] == 0));
        }
        else
        {
            int[] popular = Evaluator.Popular(data, options.PopularItems);
            Add(
                Text($"outside the {options.PopularItems} most popular"),
                one => Array.BinarySearch(popular, one.Target) < 0);
            Add(
                Text($"cold items, {options.ColdInteractions} interactions at most"),
                one => counts[one.Target] <= options.ColdInteractions);
        }

        Add(Text($"cold queries, {options.ColdHistory} items at most"), one => one.SeenCount <= options.ColdHistory);
        foreach (FilterSlice filter in options.Filters)
        {
            bool Passes(EvaluationCase one) => filter.Passes[one.Target];
            Add(filter.Name, Passes);
            Add($"{filter.Name}, among those that pass", Passes, AddSet(common, item => filter.Passes[item]));
        }
    }

    /// <summary>The slices, all users first.</summary>
    public IReadOnlyList<Slice> All => _slices;

    /// <summary>The sets of items that are ranked; null: all.</summary>
    public IReadOnlyList<bool[]?> Sets => _sets;

    /// <summary>How many items are in a set.</summary>
    public int ItemsOf(int set) => _sets[set]?.Count(one => one) ?? _data.Catalogue.Count;

    private int AddSet(bool[]? common, Func<int, bool> isIn)
    {
        _sets.Add([.. Enumerable.Range(0, _data.Catalogue.Count).Select(item => common?[item] != false && isIn(item))]);
        return _sets.Count - 1;
    }

    private void Add(string name, Func<EvaluationCase, bool> isIn, int among = 0)
        => _slices.Add(new Slice(name, [.. Enumerable.Range(0, _cases.Length).Where(one => isIn(_cases[one]))], among));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
