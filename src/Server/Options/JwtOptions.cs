namespace Linr.Server.Options;

/// <summary>Which signed tokens (JWT) are taken, and what their claims give.</summary>
public sealed record JwtOptions
{
    /// <summary>
    /// The address of an OpenID provider, <c>https://…</c>, which says its issuer and keys; null: no provider.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>
    /// A file of public keys, as PEM (keys or certificates) or as a JSON Web Key Set; null: those of the provider. Read
    /// again when it changes.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>Who must have issued a token; null: the provider's own name.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whom a token must be for.</summary>
    public string? Audience { get; init; }

    /// <summary>The claim that is the caller's name.</summary>
    public string NameClaim { get; init; } = "sub";

    /// <summary>The claim of scopes: words with spaces between them, or an array.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary>What stands before read, write and admin in that claim.</summary>
    public string ScopePrefix { get; init; } = "linr:";

    /// <summary>The claim of patterns of models: one, or an array.</summary>
    public string ModelsClaim { get; init; } = "linr_models";

    /// <summary>The patterns of a token without that claim; none unless they are given.</summary>
    public List<string> Models { get; init; } = [];

    /// <summary>How far the clocks of the issuer and this machine may be apart.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    internal bool IsConfigured => Authority is not null || KeyFile is not null;
}
