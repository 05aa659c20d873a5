using Linr.Kernels.Filter;

namespace Linr.Kernels.Tests.Filter;

/// <summary>Hashed tables in which each code has the slot that it wants.</summary>
public sealed class HashedTableTests
{
    private const uint Absent = 0b1010;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    public void A_spread_table_answers_at_the_first_slot(int codeCount)
    {
        Random random = new(codeCount);
        uint[] codes = [.. Enumerable.Range(0, codeCount).Select(_ => (uint)random.Next(1, 1_000_000)).Distinct()];
        uint[] table = Table(16 * codeCount, codes), spread = new uint[table.Length];
        Assert.True(HashedTable.TrySpread(table, spread, Absent, out uint factor));
        int slots = spread.Length / 2;
        IEnumerable<uint> others = Enumerable.Range(0, 1_000).Select(_ => (uint)random.Next(1_000_000));
        foreach (uint code in codes.Concat(others).Append(0u))
        {
            int slot = (int)((code * factor) >> HashedTable.Shift(slots));
            uint found = spread[slot] == code ? spread[slots + slot] : Absent;
            Assert.Equal(codes.Contains(code) ? code ^ 7 : Absent, found);
        }
    }

    [Fact]
    public void Too_many_codes_have_no_such_table()
    {
        Random random = new(7);
        uint[] table = Table(64, [.. Enumerable.Range(0, 40).Select(_ => (uint)random.Next(1, 1_000_000))]);
        Assert.False(HashedTable.TrySpread(table, new uint[table.Length], Absent, out _));
    }

    private static unsafe uint[] Table(int slots, uint[] codes)
    {
        uint[] table = new uint[2 * slots];
        for (int slot = 0; slot < slots; slot++)
        {
            table[(2 * slot) + 1] = Absent;
        }

        fixed (uint* first = table)
        {
            HashedTable hashed = new(first, slots, Absent);
            foreach (uint code in codes)
            {
                *hashed.Entry(code) = code ^ 7;
            }
        }

        return table;
    }
}
