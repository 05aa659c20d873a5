namespace Linr.Server.Options;

/// <summary>Where it is kept who changed what, and who was refused.</summary>
public sealed record AuditOptions
{
    /// <summary>The file, a line of JSON for each call; null: the server's log has them.</summary>
    public string? File { get; init; }

    /// <summary>Bytes of a file, after which the next begins.</summary>
    public long FileBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Files that are kept, <c>audit.jsonl.1</c> being the one before.</summary>
    public int FilesMax { get; init; } = 10;
}
