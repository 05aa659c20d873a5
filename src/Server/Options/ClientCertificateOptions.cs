namespace Linr.Server.Options;

/// <summary>Which certificates of clients are taken, and what they give.</summary>
public sealed record ClientCertificateOptions
{
    /// <summary>
    /// The authorities that sign clients' certificates, as PEM; these alone are trusted. Null: no certificate is asked
    /// for. Read again when it changes.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// Whether every connection must have one; else callers without one may have a key or a token.
    /// </summary>
    public bool IsRequired { get; init; }

    /// <summary>Who they are; a certificate that is named by none is refused.</summary>
    public List<CertificateCaller> Callers { get; init; } = [];

    internal bool IsConfigured => CaFile is not null;
}
