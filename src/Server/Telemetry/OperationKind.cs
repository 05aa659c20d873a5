namespace Linr.Server.Telemetry;

/// <summary>What the console draws together.</summary>
internal enum OperationKind
{
    /// <summary>Searches of every form.</summary>
    Search,

    /// <summary>Changes of items.</summary>
    Write,
}
