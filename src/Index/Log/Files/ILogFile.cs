namespace Linr.Index.Log.Files;

/// <summary>An open file of a log.</summary>
internal interface ILogFile : IDisposable
{
    /// <summary>Bytes of the file.</summary>
    long Length { get; }

    /// <summary>Reads until the target is full or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    int Read(Span<byte> target, long position);

    /// <summary>Writes all of the bytes, beyond the end too; after an error any part of them may be there.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Cuts the file.</summary>
    void Truncate(long length);

    /// <summary>Forces bytes and length to the disk. After an error nobody knows what is there.</summary>
    void Sync();
}
