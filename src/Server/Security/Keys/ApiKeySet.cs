namespace Linr.Server.Security.Keys;

/// <summary>What a file of keys holds.</summary>
internal sealed record ApiKeySet
{
    /// <summary>The form of the file.</summary>
    public required int Format { get; init; }

    /// <summary>What its hashes are made with: the same key has another hash in another file.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The keys, the newest last.</summary>
    public required ApiKey[] Keys { get; init; }
}
