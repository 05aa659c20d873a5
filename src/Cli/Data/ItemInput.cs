using Linr.Formats;

namespace Linr.Cli.Data;

/// <summary>A file of items that the user named.</summary>
/// <param name="Path">The file; null when none was named.</param>
/// <param name="Options">How to read it, its schema included.</param>
/// <param name="IsSchemaGiven">Whether the user gave the schema, rather than that it was found out.</param>
internal sealed record ItemInput(string? Path, ItemOptions Options, bool IsSchemaGiven);
