namespace Linr.Server.Security;

/// <summary>A caller may not do what he asked for.</summary>
internal sealed class AccessException(string message) : Exception(message);
