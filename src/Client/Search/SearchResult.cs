using System.Diagnostics.CodeAnalysis;

namespace Linr.Client;

/// <summary>One of many searches: its answer, or why it failed.</summary>
/// <param name="Response">The answer; null where it failed.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
public sealed record SearchResult(SearchResponse? Response, LinrException? Error)
{
    /// <summary>Whether there is an answer.</summary>
    [MemberNotNullWhen(true, nameof(Response))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsAnswered => Response is not null;

    /// <summary>The answer.</summary>
    /// <exception cref="LinrException">The search failed.</exception>
    public SearchResponse OrThrow() => IsAnswered ? Response : throw Error;
}
