namespace Linr.Client;

/// <summary>What a filter was made from.</summary>
/// <param name="Text">The filter.</param>
/// <param name="IsJson">Whether it is JSON, else it is in the text form.</param>
internal readonly record struct FilterForm(string Text, bool IsJson);
