namespace Linr.Kernels.Scan;

/// <summary>The rows of a unit that a group of panels scores: all of them, or those that are listed.</summary>
/// <param name="Group">The group.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Count">How many.</param>
/// <param name="IsDense">Whether they are all of the unit's.</param>
internal readonly record struct UnitEntries(PanelGroup Group, UnitRows Unit, int Count, bool IsDense);
