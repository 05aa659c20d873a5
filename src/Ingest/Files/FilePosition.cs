using System.Text.Json;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Files;

/// <summary>How far files were read.</summary>
/// <param name="File">The name of the file; empty before the first.</param>
/// <param name="Row">Lines or rows of it that were read.</param>
/// <param name="Offset">Bytes of it that were read; 0 of a file that is not text.</param>
/// <param name="Hash">The hash of the bytes before the offset, <see cref="LineFile.HashOf"/>.</param>
internal sealed record FilePosition(string File, long Row, long Offset, ulong Hash)
{
    public static FilePosition Start { get; } = new(string.Empty, 0, 0, 0);

    public SourcePosition ToSource(string source, DateTimeOffset? committedAt = null)
        => new(source, JsonSerializer.Serialize(this, PositionJson.Default.FilePosition), committedAt);
}
