namespace Linr.Index.Log;

/// <summary>A record of a log.</summary>
/// <param name="Offset">Its offset: the number of the record, from the first one ever on.</param>
/// <param name="Bytes">Its bytes, in a buffer of the reader: valid until the next record is asked for.</param>
/// <param name="WrittenAt">
/// When its group went to the disk, to the millisecond, never earlier than a record before it; null in a file of before
/// there were times.
/// </param>
public readonly record struct LogRecord(long Offset, ReadOnlyMemory<byte> Bytes, DateTimeOffset? WrittenAt = null);
