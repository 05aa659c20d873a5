using Linr.Server.Api;

namespace Linr.Server.Security;

/// <summary>Why a request is not let in.</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Message">What was expected and found.</param>
internal sealed record Refusal(ErrorKind Kind, string Message)
{
    /// <summary>When it may be tried again; null: as it is, never.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
