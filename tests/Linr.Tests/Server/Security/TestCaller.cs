using System.Security.Cryptography.X509Certificates;
using Linr.Server.Security;

namespace Linr.Tests.Server.Security;

/// <summary>A caller of the matrix: what he shows, and what he should then be able to do.</summary>
/// <param name="Name">What the test is called.</param>
internal sealed record TestCaller(string Name)
{
    /// <summary>The headers that he sends.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The certificate of his connection; null: none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether what he shows is taken; else he is nobody.</summary>
    public bool IsKnown => Scopes != Scopes.None || IsPowerless;

    /// <summary>Whether he is known and may do nothing.</summary>
    public bool IsPowerless { get; init; }

    /// <summary>Whether the connection is not even made.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>What he may do.</summary>
    public Scopes Scopes { get; init; }

    /// <summary>Whether he may use the models that the table's calls name.</summary>
    public bool MayUseModels { get; init; } = true;

    public override string ToString() => Name;
}
