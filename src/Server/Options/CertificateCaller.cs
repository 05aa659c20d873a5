namespace Linr.Server.Options;

/// <summary>What the holder of a certificate may do.</summary>
public sealed record CertificateCaller
{
    /// <summary>
    /// An alternative name of the certificate (a DNS name, an address of mail, or a URI), or its common name.
    /// </summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Of read, write and admin.</summary>
    public List<string> Scopes { get; init; } = [];

    /// <summary>
    /// Patterns of the models that it may use, with <c>*</c> for any characters; none unless they are given.
    /// </summary>
    public List<string> Models { get; init; } = [];
}
