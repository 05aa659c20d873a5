namespace Linr.Ingest.Internal;

/// <summary>Changes that can be seen.</summary>
/// <param name="Durable">Ends when they, and the position, are on the disk.</param>
/// <param name="Position">Where the source goes on.</param>
internal readonly record struct MadeBatch(Task Durable, SourcePosition Position);
