namespace Linr.Index.Log;

/// <summary>A record of a log.</summary>
/// <param name="Offset">Its offset: the number of the record, from the first one ever on.</param>
/// <param name="Bytes">Its bytes, in a buffer of the reader: valid until the next record is asked for.</param>
public readonly record struct LogRecord(long Offset, ReadOnlyMemory<byte> Bytes);
