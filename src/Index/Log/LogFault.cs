namespace Linr.Index.Log;

/// <summary>What is wrong at a byte of a segment.</summary>
internal readonly record struct LogFault(long ByteOffset, string Expected, string Found);
