namespace Linr.Server.Security;

/// <summary>Which call of the contract an endpoint is that gRPC does not carry.</summary>
/// <param name="Call">The call, such as <c>linr.v1.Items/Write</c>.</param>
internal sealed record CallMetadata(string Call);
