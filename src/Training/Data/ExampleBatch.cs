namespace Linr.Training.Data;

/// <summary>Examples of one step; its arrays are reused.</summary>
internal sealed class ExampleBatch(int capacity, int historyLength)
{
    /// <summary>Examples at most.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Examples in use.</summary>
    public int Count { get; set; }

    /// <summary>The user of each example.</summary>
    public int[] Users { get; } = new int[capacity];

    /// <summary>The item to be found.</summary>
    public int[] Targets { get; } = new int[capacity];

    /// <summary>How much each example counts.</summary>
    public float[] Weights { get; } = new float[capacity];

    /// <summary>Item rows, the latest first, padded by <see cref="HistoryRows.None"/>.</summary>
    public int[] Histories { get; } = new int[capacity * historyLength];
}
