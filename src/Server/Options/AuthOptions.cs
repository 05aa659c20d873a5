namespace Linr.Server.Options;

/// <summary>How callers say who they are. Without any of these, nobody is asked, and loopback alone is served.</summary>
public sealed record AuthOptions
{
    /// <summary>The file of API keys that <c>linr keys</c> writes; null: no keys. Read again when it changes.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Tokens that another service signs.</summary>
    public JwtOptions Jwt { get; init; } = new();

    /// <summary>Certificates of clients; these need <see cref="ServerOptions.Tls"/>.</summary>
    public ClientCertificateOptions ClientCertificates { get; init; } = new();

    /// <summary>Whether metrics and reflection answer callers who say nothing, as health does.</summary>
    public bool OpensDiagnostics { get; init; }

    /// <summary>Whether callers are asked who they are.</summary>
    internal bool IsConfigured => KeyFile is not null || Jwt.IsConfigured || ClientCertificates.IsConfigured;
}
