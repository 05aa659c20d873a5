namespace Linr.Bench.Device;

/// <summary>Changes that arrive one by one at a fixed rate, beside searches one after the other.</summary>
/// <param name="EventsWanted">Changes a second that arrive.</param>
/// <param name="Events">Changes a second that were made.</param>
/// <param name="MedianMs">From arrival until it is on the disk and can be found, median.</param>
/// <param name="P99Ms">The slowest 1 % take longer.</param>
/// <param name="MaxMs">The slowest.</param>
/// <param name="MeanSet">Changes that were made at once, on average.</param>
/// <param name="SearchMedianMs">What a search beside them takes, median.</param>
internal sealed record FreshnessFigure(
    int EventsWanted, double Events, double MedianMs, double P99Ms, double MaxMs, double MeanSet, double SearchMedianMs);
