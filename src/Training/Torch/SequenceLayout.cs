using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// Where the items of a batch's histories stand. Tensors of sequences hold the places that have an item only, one after
/// the other; most histories are far shorter than the longest.
/// </summary>
internal sealed class SequenceLayout
{
    /// <summary>The layout of histories padded by negative numbers.</summary>
    /// <param name="histories">Rows * <paramref name="length"/> item rows, present ones first.</param>
    /// <param name="length">Places a history.</param>
    /// <param name="device">Where the tensors go.</param>
    public SequenceLayout(ReadOnlySpan<int> histories, int length, Device device)
    {
        Rows = histories.Length / length;
        Length = length;
        var slots = new List<long>();
        var places = new List<long>();
        bool[] present = new bool[histories.Length];
        for (int slot = 0; slot < histories.Length; slot++)
        {
            if (histories[slot] >= 0)
            {
                slots.Add(slot);
                places.Add(slot % length);
                present[slot] = true;
            }
        }

        Slots = tensor(slots.ToArray(), device: device);
        Places = tensor(places.ToArray(), device: device);
        Present = tensor(present, device: device).view(Rows, length);
    }

    /// <summary>Histories.</summary>
    public int Rows { get; }

    /// <summary>Places a history.</summary>
    public int Length { get; }

    /// <summary>For each item row * length + place.</summary>
    public Tensor Slots { get; }

    /// <summary>For each item its place, 0 for the latest.</summary>
    public Tensor Places { get; }

    /// <summary>Which places have an item: [rows, length].</summary>
    public Tensor Present { get; }

    /// <summary>The items' rows with zeros where a place has none: [rows, length, width].</summary>
    public Tensor Pad(Tensor items)
        => zeros(Rows * Length, items.shape[1], device: items.device).index_copy(0, Slots, items).view(
            Rows, Length, items.shape[1]);
}
