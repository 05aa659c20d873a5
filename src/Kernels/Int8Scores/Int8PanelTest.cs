namespace Linr.Kernels;

/// <summary>What the scores of a panel are tested with.</summary>
internal unsafe struct Int8PanelTest
{
    /// <summary>D.</summary>
    public int Dim;

    /// <summary>A factor an entry.</summary>
    public float* Scales;

    /// <summary>Whether scores are added to what was before.</summary>
    public bool Adds;

    /// <summary>[entry][<see cref="TileScores.PanelWidth"/>], with room for the padded entries.</summary>
    public float* Before;

    /// <summary>
    /// A limit a query times its <see cref="Int8Scores.LimitFactors"/>, <see cref="TileScores.PanelWidth"/> of them.
    /// </summary>
    public float* Limits;

    /// <summary>The queries that count, a bit each.</summary>
    public uint Used;

    /// <summary>As many bytes as the rows have are asked for from here.</summary>
    public byte* Ahead;
}
