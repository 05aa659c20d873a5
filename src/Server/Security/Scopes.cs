namespace Linr.Server.Security;

/// <summary>What a caller may do; none holds another.</summary>
[Flags]
public enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Search and read items.</summary>
    Read = 1,

    /// <summary>Change items.</summary>
    Write = 2,

    /// <summary>Load, route and remove models.</summary>
    Admin = 4,
}
