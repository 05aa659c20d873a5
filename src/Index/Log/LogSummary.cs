namespace Linr.Index.Log;

/// <summary>What a log holds, every checksum of it right.</summary>
/// <param name="FirstOffset">The offset of the oldest record kept.</param>
/// <param name="EndOffset">One more than the offset of the newest record.</param>
/// <param name="Segments">Files.</param>
/// <param name="Groups">Groups of records that went to the disk at once.</param>
/// <param name="Bytes">Bytes of all files, without what is or would be cut.</param>
/// <param name="Cut">What opening cut off the end, or would cut; null if nothing.</param>
public sealed record LogSummary(
    long FirstOffset, long EndOffset, int Segments, long Groups, long Bytes, LogCut? Cut);
