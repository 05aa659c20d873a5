namespace Linr.Server.Security.Keys;

/// <summary>What is kept of a key: everything but the key.</summary>
public sealed record ApiKey
{
    /// <summary>The part of the key that names it; no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is, for the logs.</summary>
    public required string Name { get; init; }

    /// <summary>HMAC-SHA-256 of the key, by the secret of its file.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Of read, write and admin.</summary>
    public required string[] Scopes { get; init; }

    /// <summary>Patterns of the models that it is for, with <c>*</c> for any characters.</summary>
    public required string[] Models { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>From when on it is refused; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was revoked; null: it was not.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>Whether it is taken at a time.</summary>
    public bool IsGood(DateTimeOffset now) => Revoked is null && (Expires is not { } end || now < end);

    /// <summary>Without its hash, which no log needs.</summary>
    public override string ToString() => $"{Id} ({Name})";
}
