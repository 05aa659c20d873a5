using System.Globalization;

namespace Linr.Engine.Store;

/// <summary>
/// The name of a snapshot's file, <c>{offset, 19 digits}-{push, 6 digits or more}.linr</c>: ordered by name they are
/// ordered by time.
/// </summary>
/// <param name="Offset">The offset of the log's first record that it does not have.</param>
/// <param name="Push">The push that its items come from.</param>
internal readonly record struct SnapshotName(long Offset, long Push) : IComparable<SnapshotName>
{
    public const string Extension = ".linr";
    private const int OffsetDigits = 19;

    /// <summary>Parses a file's name; false for a name that no snapshot has.</summary>
    public static bool TryParse(string file, out SnapshotName name)
    {
        name = default;
        if (file.Length <= OffsetDigits || !file.EndsWith(Extension, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> push = file.AsSpan()[(OffsetDigits + 1)..^Extension.Length];
        ReadOnlySpan<char> digits = file.AsSpan(0, OffsetDigits);
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            || !long.TryParse(push, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        name = new SnapshotName(offset, number);
        return name.ToString() == file;
    }

    /// <inheritdoc/>
    public int CompareTo(SnapshotName other) => (Push, Offset).CompareTo((other.Push, other.Offset));

    /// <summary>The file's name.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Offset:D19}-{Push:D6}{Extension}");
}
