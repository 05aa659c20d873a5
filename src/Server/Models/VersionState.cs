namespace Linr.Server.Models;

/// <summary>How far a version of a model is.</summary>
internal enum VersionState
{
    /// <summary>Its file is read, or its items are embedded anew.</summary>
    Loading,

    /// <summary>It makes the changes that came meanwhile.</summary>
    CatchingUp,

    /// <summary>It may answer.</summary>
    Ready,

    /// <summary>It cannot go on; what it has stays as it is.</summary>
    Failed,

    /// <summary>It is on the disk alone.</summary>
    Unloaded,
}
