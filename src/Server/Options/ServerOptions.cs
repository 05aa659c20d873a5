using Linr.Engine;
using Linr.Engine.Batching;

namespace Linr.Server.Options;

/// <summary>
/// How a server is set up: the section <c>Linr</c> of <c>appsettings.json</c>, of the environment and of the command
/// line. docs/service.md.
/// </summary>
public sealed record ServerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Linr";

    /// <summary>
    /// The folder that models, aliases and their items are kept in; null: model files alone are served, and nothing
    /// changes.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>The folder that model files are loaded from by callers; null: none are.</summary>
    public string? Files { get; init; }

    /// <summary>Model files by the name of the model, served as they are.</summary>
    public Dictionary<string, string> Models { get; init; } = [];

    /// <summary>Where it listens.</summary>
    public ListenOptions Listen { get; init; } = new();

    /// <summary>The server's certificate.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>How callers say who they are.</summary>
    public AuthOptions Auth { get; init; } = new();

    /// <summary>Where it is kept who changed what.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>What callers may ask for together.</summary>
    public TrafficLimits Traffic { get; init; } = new();

    /// <summary>What one request may ask for.</summary>
    public RequestLimits Limits { get; init; } = new();

    /// <summary>What scans.</summary>
    public EngineDevice Device { get; init; } = EngineDevice.Auto;

    /// <summary>Threads of one scan; 0 takes every processor.</summary>
    public int Threads { get; init; }

    /// <summary>How requests of many callers share scans.</summary>
    public BatchOptions Batching { get; init; } = new();

    /// <summary>Bytes that resident models may take; 0: four fifths of the machine's memory.</summary>
    public long MemoryBytesMax { get; init; }

    /// <summary>Requests that take so long or longer are logged, with their stages.</summary>
    public TimeSpan SlowRequest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Where metrics and traces are sent by OTLP, such as <c>http://collector:4317</c>; null: nowhere, unless the
    /// environment has <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.
    /// </summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>How long requests that run may go on when the server is stopped.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
