using System.IO.Enumeration;

namespace Linr.Server.Security;

/// <summary>Who calls, and what he may do.</summary>
/// <param name="Name">His name in logs; never a key.</param>
/// <param name="Scopes">What he may do.</param>
internal sealed record Caller(string Name, Scopes Scopes)
{
    private const string All = "*";

    /// <summary>Whoever reaches a server that asks for no credentials, which listens on loopback alone.</summary>
    public static Caller Local { get; } = new("local", Scopes.Read | Scopes.Write | Scopes.Admin);

    /// <summary>Whoever asks for what is open to all, such as health.</summary>
    public static Caller Anyone { get; } = new("anyone", Scopes.None) { Models = [] };

    /// <summary>What he showed, such as <c>key k2h7…</c>; one identity whose rate is counted.</summary>
    public string Credential { get; init; } = "none";

    /// <summary>Patterns of the models that he may use, with <c>*</c> for any characters.</summary>
    public IReadOnlyList<string> Models { get; init; } = [All];

    /// <summary>Whether he may use every model there may be.</summary>
    public bool MayUseAll => Models.Contains(All);

    /// <summary>Whether he may use a model, by its own name.</summary>
    public bool MayUse(string model)
    {
        foreach (string pattern in Models)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }

    /// <exception cref="AccessException">He may not.</exception>
    public void Check(Scopes needed, string? model = null)
    {
        if (!Scopes.HasFlag(needed))
        {
            throw new AccessException(Lack(needed));
        }

        if (model is not null && !MayUse(model))
        {
            // Not which: an alias may lead to one whose name is not his to know.
            throw new AccessException(
                $"Expected a model that {Name} may use ({(Models.Count == 0 ? "none" : string.Join(", ", Models))}); "
                + "found another.");
        }
    }

    /// <summary>What he is told where he lacks a scope.</summary>
    public string Lack(Scopes needed)
        => $"Expected a caller with the scope {Words(needed)}; found {Name}, who has {Words(Scopes)}.";

    private static string Words(Scopes scopes)
        => scopes == Scopes.None ? "none" : string.Join(", ", ScopeWords.Of(scopes));
}
