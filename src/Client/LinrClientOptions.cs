using System.Security.Cryptography.X509Certificates;

namespace Linr.Client;

/// <summary>How a client reaches a service. Values may come from configuration.</summary>
public sealed class LinrClientOptions
{
    /// <summary>
    /// The service's address, <c>http://host:7701</c> or <c>https://host:7700</c>, or the addresses of several servers
    /// of the same models: calls then go to each in turn, and pass over one that does not answer.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>The API key; null: none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the bearer token of a call, such as a JWT; it is asked before every call, so it keeps the token until that
    /// is old. Null: none.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? GetToken { get; set; }

    /// <summary>
    /// Whether key and token may travel without TLS to another machine. To this machine they always may.
    /// </summary>
    public bool SendsKeysWithoutTls { get; set; }

    /// <summary>Authorities that the servers' certificates are of; null: those that the machine trusts.</summary>
    public X509Certificate2Collection? TrustedRoots { get; set; }

    /// <summary>The client's certificate with its private key; null: none.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>
    /// How long a call may take, its retries included; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: as long
    /// as it takes. Streams of hits and of changes have no such limit.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an idle connection is asked whether it lives.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often calls that change nothing, and sets of changes that all have versions, are tried while servers cannot
    /// be reached: 1 is without retries, at most 5.
    /// </summary>
    public int AttemptsMax { get; set; } = 4;

    /// <summary>About how long the first retry waits; each that follows waits twice as long.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a retry waits at most.</summary>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of an answer at most.</summary>
    public int AnswerBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether reads see the last write that this client made to their model; a request may say otherwise.
    /// </summary>
    public bool ReadYourWrites { get; set; }
}
