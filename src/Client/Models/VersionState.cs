namespace Linr.Client;

/// <summary>Where a version of a model is on its way.</summary>
public enum VersionState
{
    /// <summary>One that this client does not know.</summary>
    Unknown,

    /// <summary>Its file is read, or its items are embedded anew.</summary>
    Loading,

    /// <summary>It makes the changes that came meanwhile.</summary>
    CatchingUp,

    /// <summary>It can answer.</summary>
    Ready,

    /// <summary>It cannot be loaded; <see cref="VersionInfo.Problem"/> says why.</summary>
    Failed,

    /// <summary>On the server's disk, not in its memory.</summary>
    Unloaded,
}
