namespace Linr.Server.Telemetry;

/// <summary>The operations that are measured, by the name that they have in tags.</summary>
internal static class OperationKinds
{
    public const string Search = "search";
    public const string SearchStream = "search_stream";
    public const string Count = "count";
    public const string PrepareFilter = "prepare_filter";
    public const string Write = "write";
    public const string Get = "get";
    public const string Scroll = "scroll";

    /// <summary>What the console draws an operation with; null: nothing.</summary>
    public static OperationKind? Of(string operation) => operation switch
    {
        Search or SearchStream => OperationKind.Search,
        Write => OperationKind.Write,
        _ => null,
    };
}
