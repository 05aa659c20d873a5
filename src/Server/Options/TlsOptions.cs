namespace Linr.Server.Options;

/// <summary>
/// The server's certificate; with one there is TLS 1.2 or later on the HTTP port, which then takes gRPC too, and no
/// port without TLS.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>
    /// The certificate with those between it and its authority, as PEM, or a PFX file with its key; null: no TLS. Read
    /// again when it changes; connections go on.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>The private key of a PEM certificate; null: it is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>A file whose first line is the password of the key, or of the PFX file; null: it has none.</summary>
    public string? PasswordFile { get; init; }

    internal bool IsConfigured => CertificateFile is not null;
}
