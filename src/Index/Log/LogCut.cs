namespace Linr.Index.Log;

/// <summary>
/// What was cut off the end of a log when it was opened: a write that a crash interrupted. A group of records is
/// acknowledged when all of it is on the disk, and the next one is written after that only, so that nothing
/// acknowledged is lost with a torn last group.
/// </summary>
/// <param name="Path">The segment's file.</param>
/// <param name="ByteOffset">Where the file was cut, in bytes from its start.</param>
/// <param name="Bytes">How many bytes were cut off.</param>
/// <param name="Offset">The offset that the first of the lost records would have had; the next one appended has it.
/// </param>
/// <param name="Reason">What should have been there, and what was.</param>
public sealed record LogCut(string Path, long ByteOffset, long Bytes, long Offset, string Reason);
