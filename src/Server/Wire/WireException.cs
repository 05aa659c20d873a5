using System.Collections.Immutable;

namespace Linr.Server.Wire;

/// <summary>A request is wrong before any item was looked at; every problem names its field.</summary>
internal sealed class WireException(ImmutableArray<WireProblem> problems)
    : ArgumentException(string.Join(" ", problems.Select(problem => problem.ToString())))
{
    /// <summary>One problem.</summary>
    public WireException(string field, string message)
        : this([new WireProblem(field, message)])
    {
    }

    /// <summary>All of them.</summary>
    public ImmutableArray<WireProblem> Problems => problems;
}
