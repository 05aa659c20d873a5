namespace Linr.Server.Security.Audit;

/// <summary>A line of the audit log.</summary>
internal sealed record AuditEntry
{
    /// <summary>When the request ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The request, as the answer's <c>X-Request-Id</c> has it.</summary>
    public required string Request { get; init; }

    /// <summary>The trace that it belongs to.</summary>
    public string? Trace { get; init; }

    /// <summary>Who called; null: nobody that is known.</summary>
    public string? Caller { get; init; }

    /// <summary>What he showed: the id of a key, never the key.</summary>
    public string? Credential { get; init; }

    /// <summary>From where.</summary>
    public string? Address { get; init; }

    /// <summary>The call, such as <c>linr.v1.Items/Write</c>, or the method and route of HTTP.</summary>
    public required string Method { get; init; }

    /// <summary>The models that it names.</summary>
    public IReadOnlyCollection<string>? Models { get; init; }

    /// <summary>The version or alias that it names.</summary>
    public string? Subject { get; init; }

    /// <summary>Changes of items that it asks for.</summary>
    public long? Changes { get; init; }

    /// <summary>What became of it, as gRPC says it: <c>Ok</c>, <c>PermissionDenied</c>, ….</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>Refusals before it that have no line: there were too many at once.</summary>
    public long? LeftOut { get; init; }

    /// <summary>How long it took.</summary>
    public required double Milliseconds { get; init; }
}
