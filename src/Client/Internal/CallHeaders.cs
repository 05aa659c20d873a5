namespace Linr.Client.Internal;

/// <summary>Names of what travels beside a request.</summary>
internal static class CallHeaders
{
    public const string Authorization = "authorization";
    public const string RequestId = "x-request-id";
}
