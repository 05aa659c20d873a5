namespace Linr.Kernels.Scan;

/// <summary>
/// Consecutive panels whose rows are chosen together: all panels of one filter, or one panel of several.
/// </summary>
/// <param name="FirstPanel">The first panel.</param>
/// <param name="PanelCount">How many.</param>
/// <param name="FirstFilter">The first of its distinct filters.</param>
/// <param name="FilterCount">How many.</param>
internal readonly record struct PanelGroup(int FirstPanel, int PanelCount, int FirstFilter, int FilterCount);
