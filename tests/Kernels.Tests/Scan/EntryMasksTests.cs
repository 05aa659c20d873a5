using CsCheck;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

public sealed unsafe class EntryMasksTests
{
    [Fact]
    public void Bits_of_listed_rows_lie_side_by_side()
        => Gen.Int[0, 1 << 30].Sample(seed =>
        {
            Random random = new(seed);
            ulong[] listed = new ulong[20];
            ulong[] mask = new ulong[20];
            int shape = random.Next(4);
            for (int word = 0; word < listed.Length; word++)
            {
                listed[word] = shape switch
                {
                    0 => ulong.MaxValue,
                    1 => 1UL << random.Next(64),
                    _ => Word(random) & Word(random),
                };
                listed[word] = shape == 3 && word % 3 != 0 ? 0 : listed[word];
                mask[word] = Word(random);
            }

            ushort[] rows = [.. Enumerable.Range(0, 64 * listed.Length)
                .Where(row => (listed[row / 64] >> (row % 64) & 1) != 0)
                .Select(row => (ushort)row)];
            for (int start = 0; start < rows.Length; start += TileRows.EntriesMax)
            {
                int count = Math.Min(TileRows.EntriesMax, rows.Length - start);
                ulong[] expected = [.. Enumerable.Repeat(ulong.MaxValue, TileRows.EntriesMax / 64)];
                ulong[] found = [.. expected];
                fixed (ulong* masks = mask, lists = listed, wanted = expected, bits = found)
                fixed (ushort* offsets = rows)
                {
                    EntryMasks.GatherReference(masks, offsets + start, count, wanted);
                    EntryMasks.Gather(masks, lists, offsets + start, count, bits);
                }

                Assert.Equal(expected, found);
            }
        }, iter: 300);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(32)]
    public void Bits_an_entry_become_bits_a_slot(int slotCount)
    {
        Random random = new(slotCount);
        ulong[] masks = [.. Enumerable.Range(0, slotCount).Select(_ => Word(random))];
        uint* slots = stackalloc uint[64];
        EntryMasks.Transpose(masks, slots);
        for (int entry = 0; entry < 64; entry++)
        {
            uint expected = 0;
            for (int slot = 0; slot < slotCount; slot++)
            {
                expected |= (uint)((masks[slot] >> entry) & 1) << slot;
            }

            Assert.Equal(expected, slots[entry]);
        }
    }

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
