namespace Linr.Server.Security;

/// <summary>Who calls, and what he may do.</summary>
/// <param name="Name">His name in logs; never a key.</param>
/// <param name="Scopes">What he may do.</param>
internal sealed record Caller(string Name, Scopes Scopes)
{
    /// <summary>Whoever reaches a server that asks for no credentials, which listens on loopback alone.</summary>
    public static Caller Local { get; } = new("local", Scopes.Read | Scopes.Write | Scopes.Admin);

    /// <summary>Patterns of the models that he may use, with <c>*</c> for any characters.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>Whether he may use a model, by its own name.</summary>
    public bool MayUse(string model) => Models.Any(
        pattern => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: false));

    /// <exception cref="AccessException">He may not.</exception>
    public void Check(Scopes needed, string? model = null)
    {
        if (!Scopes.HasFlag(needed))
        {
            throw new AccessException($"Expected a caller with the scope {needed}; found {Name}, who has {Scopes}.");
        }

        if (model is not null && !MayUse(model))
        {
            throw new AccessException(
                $"Expected a caller for model \"{model}\"; found {Name}, who may use {string.Join(", ", Models)}.");
        }
    }
}
