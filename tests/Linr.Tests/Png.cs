using System.Buffers.Binary;

namespace Linr.Tests;

/// <summary>What a test can tell of a picture without looking at it.</summary>
internal static class Png
{
    // One colour of a plot's size packs to a fraction of this.
    private const int DrawnBytesMin = 5_000;

    private static readonly byte[] s_signature =
        [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>It is a PNG file, at least 200 pixels each way, with something drawn.</summary>
    public static void AssertDrawn(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal(s_signature, bytes[..8]);
        Assert.Equal("IHDR"u8, bytes.AsSpan(12, 4));
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), 200, 10_000);
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), 200, 10_000);
        Assert.True(bytes.Length > DrawnBytesMin, $"{path}: {bytes.Length} bytes");
    }
}
