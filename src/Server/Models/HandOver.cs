namespace Linr.Server.Models;

/// <summary>
/// A version became the live one when it had all that the one before had: from there on that one follows it.
/// </summary>
/// <param name="From">The version that took the changes until then.</param>
/// <param name="FromOffset">The end of its log then.</param>
/// <param name="To">The version that takes them from then on.</param>
/// <param name="ToOffset">The end of its log then.</param>
internal sealed record HandOver(string From, long FromOffset, string To, long ToOffset);
