namespace Linr.Server.Security;

/// <summary>What a caller may do.</summary>
[Flags]
internal enum Scopes
{
    None = 0,

    /// <summary>Search and read items.</summary>
    Read = 1,

    /// <summary>Change items.</summary>
    Write = 2,

    /// <summary>Load, route and remove models.</summary>
    Admin = 4,
}
