namespace Linr.Ingest;

/// <summary>How a source stands.</summary>
public enum SourceState
{
    /// <summary>It is being opened.</summary>
    Starting,

    /// <summary>What it held before is being taken over.</summary>
    InitialCopy,

    /// <summary>Its changes are followed.</summary>
    Streaming,

    /// <summary>It could not be reached, and will be tried again.</summary>
    Waiting,

    /// <summary>It ended, or cannot go on: <see cref="SourceStatus.Error"/> says which.</summary>
    Stopped,
}
