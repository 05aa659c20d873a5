using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>Records whose bytes are known from their offset.</summary>
internal static class Records
{
    public static byte[] Of(long seed, int bytes)
    {
        byte[] record = new byte[bytes];
        new Random((int)seed).NextBytes(record);
        return record;
    }

    public static LogUnit Unit(params ReadOnlySpan<byte[]> records)
    {
        var unit = new LogUnit();
        foreach (byte[] record in records)
        {
            unit.Add(record);
        }

        return unit;
    }

    public static byte[][] All(ChangeLog log, long offset)
        => [.. log.Read(offset).Select(record => record.Bytes.ToArray())];

    public static void AssertHolds(ChangeLog log, long offset, params byte[][] expected)
        => Assert.Equal(expected, All(log, offset));
}
