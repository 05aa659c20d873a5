namespace Linr.Index.Log;

/// <summary>Records on their way to the disk.</summary>
/// <param name="FirstOffset">The offset of the first of them, once <paramref name="Durable"/> is.</param>
/// <param name="Count">How many; they follow each other.</param>
/// <param name="Durable">
/// Ends when all of them are on the disk: only then they are written. Fails with a <see cref="LogWriteException"/>.
/// Many appends share it.
/// </param>
public readonly record struct LogAppend(long FirstOffset, int Count, Task Durable);
