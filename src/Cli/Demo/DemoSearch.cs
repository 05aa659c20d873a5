namespace Linr.Cli.Demo;

/// <summary>A search that the demo shows.</summary>
/// <param name="Title">What it asks, in words.</param>
/// <param name="Command">The arguments of `linr query` that ask the same.</param>
/// <param name="Request">The request.</param>
internal sealed record DemoSearch(string Title, string Command, SearchRequest Request);
