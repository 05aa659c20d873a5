using System.Numerics;
using System.Numerics.Tensors;

namespace Linr.Kernels.Filter;

/// <summary>
/// Clauses of several filters on one column of codes, a bit a filter: a table gives each code a word of the filters
/// whose clause lets it through, so that one look-up a row answers them all.
/// </summary>
internal unsafe struct CodeLookup
{
    /// <summary>Words of a table at most, 4 MiB: larger ones leave the caches (Zen 3: 10 ns a row).</summary>
    public const int WordsMax = 1 << 20;

    /// <summary>Codes in the sets of a hashed table at most.</summary>
    public const int MembersMax = WordsMax / 2 / SlotsPerMember;

    /// <summary>The number of a column of which none is known.</summary>
    public const int NoNumber = -1;

    /// <summary>
    /// Codes of a direct table for each clause, at most: 4 MiB cost 1.7 ns a row, as two or three clauses one by one, a
    /// table in the first caches 0.4 to 0.8 (Zen 3).
    /// </summary>
    private const int CodesPerClauseMax = 64 * 1024;

    /// <summary>Fewer clauses are not worth a hashed table.</summary>
    private const int HashedClausesMin = 4;

    /// <summary>Slots of a hashed table for each code: one look-up in sixteen meets another code.</summary>
    private const int SlotsPerMember = 16;

    private long _end;
    private long _memberCount;

    /// <summary>The column, where it lies in memory.</summary>
    public ReadOnlyMemory<ColumnBlock> Column { get; private init; }

    /// <summary>The column's number on a device, or <see cref="NoNumber"/>.</summary>
    public int Number { get; private init; }

    /// <summary>The filters that have a clause here.</summary>
    public uint Filters { get; private set; }

    /// <summary>
    /// The word of a code that is in none of the sets: the filters that let those through that are not in their set,
    /// and those without a clause.
    /// </summary>
    public uint Absent { get; private set; }

    /// <summary>Words of the table; 0 where there is none.</summary>
    public int WordCount { get; private set; }

    /// <summary>Whether the table has slots of a code and its word; else it has a word a code.</summary>
    public bool IsHashed { get; private set; }

    /// <summary>The table's first word in the memory of all tables.</summary>
    public long Start { get; set; }

    /// <summary>An empty look-up of a column.</summary>
    public static CodeLookup Of(ReadOnlyMemory<ColumnBlock> column, int number)
        => new() { Column = column, Number = number, Absent = uint.MaxValue };

    /// <summary>Whether it is a column's.</summary>
    public readonly bool IsOf(ReadOnlyMemory<ColumnBlock> column, int number)
        => number == NoNumber ? Column.Equals(column) : Number == number;

    /// <summary>Adds a filter's clause.</summary>
    /// <param name="filter">The filter's number; it has none here yet.</param>
    /// <param name="set">The codes.</param>
    /// <param name="isNegated">Whether it lets those through that are not in the set.</param>
    public void Add(int filter, in CodeSet set, bool isNegated)
    {
        Filters |= 1u << filter;
        Absent &= isNegated ? uint.MaxValue : ~(1u << filter);
        _end = Math.Max(_end, set.End);
        _memberCount += set.Count;
    }

    /// <summary>
    /// Chooses the table, if one is faster than the clauses one by one. They take 0.3 to 1 ns a row each, of which a
    /// table saves all but one; to fill a word or to add a code takes 1 ns at most. A direct table is as long as the
    /// largest code, so for few codes of a large dictionary it is hashed.
    /// </summary>
    /// <param name="rowCount">Rows that are looked up.</param>
    /// <param name="wordsLeft">Words that the table may have at most.</param>
    public void ChooseTable(long rowCount, long wordsLeft)
    {
        long wordsMax = Math.Min(WordsMax, wordsLeft);
        int clauses = BitOperations.PopCount(Filters);
        long saved = rowCount * (clauses - 1) / 2;
        uint slots = BitOperations.RoundUpToPowerOf2((uint)Math.Min(_memberCount, MembersMax) * SlotsPerMember);
        bool isDirect = _end < Math.Min(wordsMax, (long)clauses * CodesPerClauseMax) && _end + _memberCount < saved;
        IsHashed = !isDirect && clauses >= HashedClausesMin && _memberCount <= MembersMax && 2 * slots <= wordsMax
            && _memberCount + (2 * slots) < saved;
        WordCount = isDirect ? (int)_end + 1 : IsHashed ? 2 * (int)slots : 0;
    }

    /// <summary>Writes a table without codes.</summary>
    public readonly void Clear(uint* table)
    {
        Span<uint> words = new(table, WordCount);
        words.Fill(Absent);
        for (int slot = 0; IsHashed && slot < words.Length; slot += 2)
        {
            words[slot] = 0;
        }
    }

    /// <summary>Adds a clause's codes to the table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="filter">The clause's filter.</param>
    /// <param name="set">The codes.</param>
    public readonly void Write(uint* table, int filter, in CodeSet set)
    {
        uint bit = 1u << filter;
        bool isSet = (Absent & bit) == 0;
        if (IsHashed)
        {
            set.Write(Hashed(table), bit, isSet);
        }
        else
        {
            set.Write(Direct(table), bit, isSet);
        }
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

        fixed (uint* first = words)
        {
            if (IsHashed)
            {
                new CodeWords<HashedTable>(column, Hashed(table)).And(firstRow, words.Length, first);
            }
            else
            {
                new CodeWords<DirectTable>(column, Direct(table)).And(firstRow, words.Length, first);
            }
        }
    }

    private readonly HashedTable Hashed(uint* table) => new(table, WordCount / 2, Absent);

    private readonly DirectTable Direct(uint* table) => new(table, (uint)WordCount - 1);
}
