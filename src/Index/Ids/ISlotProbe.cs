namespace Linr.Index.Ids;

/// <summary>Something looked for in a <see cref="SlotTable"/>.</summary>
internal interface ISlotProbe
{
    /// <summary>Its hash, all 64 bits well mixed.</summary>
    ulong Hash { get; }

    /// <summary>Whether the thing that <paramref name="number"/> stands for is the one looked for.</summary>
    bool Matches(uint number);
}
