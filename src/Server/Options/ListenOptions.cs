namespace Linr.Server.Options;

/// <summary>Where a server listens.</summary>
public sealed record ListenOptions
{
    /// <summary>
    /// The IP address; another than a loopback one needs <see cref="ServerOptions.Auth"/>, and
    /// <see cref="ServerOptions.Tls"/> or <see cref="AllowsPlaintext"/>.
    /// </summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>
    /// The names that callers may call the server by (the header Host), with <c>*.</c> for any name below; none: any,
    /// but without <see cref="ServerOptions.Auth"/> those of loopback alone.
    /// </summary>
    public List<string> Hosts { get; init; } = [];

    /// <summary>Whether others may reach it without TLS, because a proxy or a mesh in front of it has TLS.</summary>
    public bool AllowsPlaintext { get; init; }

    /// <summary>
    /// The port of REST and the console; with TLS that of gRPC too. 0 takes a free one.
    /// </summary>
    public int HttpPort { get; init; } = 7700;

    /// <summary>The port of gRPC without TLS, HTTP/2 alone; 0 takes a free one.</summary>
    public int GrpcPort { get; init; } = 7701;
}
