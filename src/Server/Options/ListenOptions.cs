namespace Linr.Server.Options;

/// <summary>Where a server listens.</summary>
public sealed record ListenOptions
{
    /// <summary>The IP address; a loopback one, as callers need not say who they are.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port of REST and the console, HTTP/1.1 and HTTP/2; 0 takes a free one.</summary>
    public int HttpPort { get; init; } = 7700;

    /// <summary>The port of gRPC without TLS, HTTP/2 alone; 0 takes a free one.</summary>
    public int GrpcPort { get; init; } = 7701;
}
