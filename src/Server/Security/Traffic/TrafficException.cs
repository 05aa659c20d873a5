namespace Linr.Server.Security.Traffic;

/// <summary>A body is more than the server takes now; it may be sent again later.</summary>
internal sealed class TrafficException(string message) : IOException(message);
