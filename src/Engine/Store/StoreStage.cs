namespace Linr.Engine.Store;

/// <summary>What the opening of a store does.</summary>
public enum StoreStage
{
    /// <summary>The log is read and checked.</summary>
    Log,

    /// <summary>A snapshot is opened and checked.</summary>
    Snapshot,

    /// <summary>Changes of the log are made again.</summary>
    Replay,

    /// <summary>The items of another store are embedded anew.</summary>
    Items,
}
