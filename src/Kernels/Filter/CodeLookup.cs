using System.Numerics;
using System.Numerics.Tensors;

namespace Linr.Kernels.Filter;

/// <summary>
/// Clauses of several filters on one column of codes, a bit a filter: a table gives each code a word of the filters
/// whose clause lets it through, so that one look-up a row answers them all.
/// </summary>
internal unsafe struct CodeLookup
{
    /// <summary>
    /// Entries for each clause, at most. A table of 16 clauses then has 1 MiB and lies in the outer caches, where a
    /// look-up costs as much as the tests of several clauses.
    /// </summary>
    public const int EntriesPerClauseMax = 16 * 1024;

    /// <summary>Codes of one byte need not be compared with the table's length.</summary>
    private const int EntriesMin = 256;

    /// <summary>The column.</summary>
    public ReadOnlyMemory<ColumnBlock> Column { get; private init; }

    /// <summary>The filters that have a clause here.</summary>
    public uint Filters { get; private set; }

    /// <summary>
    /// The word of a code that is in none of the sets: the filters that let those through that are not in their set,
    /// and those without a clause.
    /// </summary>
    public uint Absent { get; private set; }

    /// <summary>Entries of the table; the last is <see cref="Absent"/> and serves all codes past it.</summary>
    public int EntryCount { get; private set; }

    /// <summary>Codes in all sets.</summary>
    public long MemberCount { get; private set; }

    /// <summary>The table's first entry in the memory of all tables; -1 where there is none.</summary>
    public long Start { get; set; }

    /// <summary>Whether it has a table.</summary>
    public readonly bool HasTable => Start >= 0;

    /// <summary>An empty look-up of a column.</summary>
    public static CodeLookup Of(ReadOnlyMemory<ColumnBlock> column)
        => new() { Column = column, Absent = uint.MaxValue, EntryCount = EntriesMin, Start = -1 };

    /// <summary>Adds a filter's clause.</summary>
    /// <param name="filter">The filter's number; it has none here yet.</param>
    /// <param name="set">The codes.</param>
    /// <param name="isNegated">Whether it lets those through that are not in the set.</param>
    public void Add(int filter, in CodeSet set, bool isNegated)
    {
        Filters |= 1u << filter;
        Absent &= isNegated ? uint.MaxValue : ~(1u << filter);
        EntryCount = (int)Math.Max(EntryCount, set.End + 1);
        MemberCount += set.Count;
    }

    /// <summary>
    /// Whether a table is faster than the clauses one by one. They take 0.3 to 1 ns a row each and a look-up no more
    /// than one of them, so all but one are saved; to fill an entry or to add a code takes about 1 ns.
    /// </summary>
    public readonly bool Pays(long rowCount)
    {
        int clauses = BitOperations.PopCount(Filters);
        return EntryCount <= (long)clauses * EntriesPerClauseMax
            && EntryCount + MemberCount < rowCount * (clauses - 1) / 2;
    }

    /// <summary>ANDs the words of rows of a block into words.</summary>
    /// <param name="table">The table.</param>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">The first row within the block.</param>
    /// <param name="words">A word a row.</param>
    public readonly void And(uint* table, int block, int firstRow, Span<uint> words)
    {
        ColumnBlock column = block < Column.Length ? Column.Span[block] : default;
        if (column.Values == 0)
        {
            TensorPrimitives.BitwiseAnd(words, Absent, words);
            return;
        }

        CodeWords codes = new(column, table, (uint)EntryCount - 1);
        fixed (uint* first = words)
        {
            codes.And(firstRow, words.Length, first);
        }
    }
}
