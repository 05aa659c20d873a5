using Linr.Training.Data;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// Where the items of a batch's histories stand, and which of them each query sees. Tensors of sequences hold the
/// places that have an item only, one after the other; most histories are far shorter than the longest.
/// </summary>
internal sealed class SequenceLayout
{
    private readonly Tensor _owners;
    private readonly Tensor _latest;

    /// <summary>The layout of the histories of queries.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="device">Where the tensors go.</param>
    public SequenceLayout(QueryRows queries, Device device)
    {
        Rows = queries.Users.Length;
        int padded = Rows == 0 ? 0 : queries.Histories.Length / Rows;
        int[] starts = new int[Rows + 1];
        for (int row = 0; row < Rows; row++)
        {
            int end = queries.Histories.Slice(row * padded, padded).IndexOf(HistoryRows.None);
            starts[row + 1] = starts[row] + (end < 0 ? padded : end);
        }

        long[] slots = new long[starts[^1]];
        long[] places = new long[starts[^1]];
        Length = Math.Max(1, LongestOf(starts));
        bool[] present = new bool[Rows * Length];
        for (int row = 0; row < Rows; row++)
        {
            for (int item = starts[row]; item < starts[row + 1]; item++)
            {
                places[item] = queries.Newer[row] + item - starts[row];
                slots[item] = (row * (long)Length) + item - starts[row];
                present[slots[item]] = true;
            }
        }

        Slots = Numbers(slots, device);
        Places = Numbers(places, device);
        Present = tensor(present, device: device).view(Rows, Length);
        IsWhole = queries.Owners.Length == Rows && !queries.Places.ContainsAnyExcept(0);
        (_owners, _latest, QuerySlots, QueryLength) = Queries(queries, starts, device);
    }

    /// <summary>Histories.</summary>
    public int Rows { get; }

    /// <summary>Places a history, padded to the longest.</summary>
    public int Length { get; }

    /// <summary>Whether there is one query a history, which sees all of it.</summary>
    public bool IsWhole { get; }

    /// <summary>For each item row * length + place.</summary>
    public Tensor Slots { get; }

    /// <summary>For each item its place among all of its user's, 0 for the latest.</summary>
    public Tensor Places { get; }

    /// <summary>Which places have an item: [rows, length].</summary>
    public Tensor Present { get; }

    /// <summary>For each query row * query length + place.</summary>
    public Tensor QuerySlots { get; }

    /// <summary>Places that a query may stand at: those up to the last one.</summary>
    public int QueryLength { get; }

    /// <summary>The items' rows with zeros where a place has none: [rows, length, width].</summary>
    public Tensor Pad(Tensor items) => Pad(items, Slots, Length);

    /// <summary>The queries' rows with zeros where a place has none: [rows, query length, width].</summary>
    public Tensor PadQueries(Tensor queries) => Pad(queries, QuerySlots, QueryLength);

    /// <summary>A row a query of a tensor with a row a history.</summary>
    public Tensor OfQueries(Tensor histories) => IsWhole ? histories : histories.index_select(0, _owners);

    /// <summary>For each query the row of the latest item that it sees, zeros where it sees none.</summary>
    public Tensor Latest(Tensor items)
        => cat([items, zeros(1, items.shape[1], device: items.device)], 0).index_select(0, _latest);

    private static (Tensor Owners, Tensor Latest, Tensor Slots, int Length) Queries(
        QueryRows queries, int[] starts, Device device)
    {
        int count = queries.Owners.Length;
        int length = 1;
        foreach (int place in queries.Places)
        {
            length = Math.Max(length, place + 1);
        }

        long[] owners = new long[count];
        long[] latest = new long[count];
        long[] slots = new long[count];
        for (int query = 0; query < count; query++)
        {
            (int owner, int place) = (queries.Owners[query], queries.Places[query]);
            owners[query] = owner;
            slots[query] = (owner * (long)length) + place;
            int item = starts[owner] + place;
            latest[query] = item < starts[owner + 1] ? item : starts[^1];
        }

        return (Numbers(owners, device), Numbers(latest, device), Numbers(slots, device), length);
    }

    private static int LongestOf(int[] starts)
    {
        int longest = 0;
        for (int row = 1; row < starts.Length; row++)
        {
            longest = Math.Max(longest, starts[row] - starts[row - 1]);
        }

        return longest;
    }

    private static Tensor Numbers(long[] numbers, Device device) => tensor(numbers, device: device);

    private Tensor Pad(Tensor rows, Tensor slots, int length)
        => zeros(Rows * length, rows.shape[1], device: rows.device).index_copy(0, slots, rows).view(
            Rows, length, rows.shape[1]);
}
