using System.Numerics;

namespace Linr.Kernels.Filter;

/// <content>Building.</content>
public sealed partial class FilterPlan
{
    /// <summary>Sets of at most so many constants are compared one by one, a vector of rows at a time.</summary>
    private const int FewMax = 8;

    /// <summary>A bitmap of codes may be so many bits long for each code in it; sparser sets are hashed.</summary>
    private const long BitsPerCodeMax = 256;

    /// <summary>
    /// Or so many in all, 32 KiB: a microsecond to clear, and a look-up is ten times as fast as in a hash set.
    /// </summary>
    private const long BitmapBits = 1 << 18;

    /// <summary>Adds a column that clauses will read.</summary>
    /// <returns>Its number.</returns>
    public int AppendColumn(ReadOnlyMemory<ColumnBlock> blocks)
    {
        Grow(ref _columns, _columnCount + 1);
        Grow(ref _elements, _columnCount + 1);
        _columns[_columnCount] = blocks;
        _elements[_columnCount] = null;
        foreach (ColumnBlock block in blocks.Span)
        {
            if (block.Values != 0)
            {
                _elements[_columnCount] = block.Element;
                break;
            }
        }

        return _columnCount++;
    }

    /// <summary>Adds a column that lies in the memory of a device only.</summary>
    /// <param name="element">What its values are.</param>
    /// <returns>Its number.</returns>
    public int AppendColumn(ColumnElement element)
    {
        int column = AppendColumn(ReadOnlyMemory<ColumnBlock>.Empty);
        _elements[column] = element;
        return column;
    }

    /// <summary>A clause that holds when a value is one of some constants.</summary>
    /// <param name="column">The column.</param>
    /// <param name="constants">
    /// Codes, integers or the bits of floats, in any order; codes are never 0. With none the clause is
    /// <paramref name="whenFalse"/>.
    /// </param>
    /// <param name="areCodes">Whether they are dictionary codes, which are dense.</param>
    /// <param name="whenTrue">Where a row goes that holds.</param>
    /// <param name="whenFalse">Where a row goes that does not.</param>
    /// <returns>The number of the clause, or where all rows go when there is nothing to ask.</returns>
    public int AppendAnyOf(int column, ReadOnlySpan<ulong> constants, bool areCodes, int whenTrue, int whenFalse)
    {
        if (constants.Length == 0 || whenTrue == whenFalse)
        {
            return whenFalse;
        }

        PlanClause clause =
            new() { Test = ClauseTest.AnyOf, Column = column, WhenTrue = whenTrue, WhenFalse = whenFalse };
        if (constants.Length <= FewMax)
        {
            Span<ulong> few = TakeWords(constants.Length, out int first);
            constants.CopyTo(few);
            return Append(clause with { First = first, Count = constants.Length });
        }

        ulong low = ulong.MaxValue;
        ulong high = 0;
        foreach (ulong constant in constants)
        {
            low = Math.Min(low, constant);
            high = Math.Max(high, constant);
        }

        return areCodes && high - low < (ulong)Math.Max(BitmapBits, BitsPerCodeMax * constants.Length)
            ? AppendBitmap(clause, constants, low, high)
            : AppendHashSet(clause, constants);
    }

    /// <summary>
    /// A clause that holds when a value lies between two, both included; <paramref name="low"/> is not higher.
    /// </summary>
    /// <param name="column">The column.</param>
    /// <param name="low">The low end: an integer, or the bits of a float where the column has floats.</param>
    /// <param name="high">The high end.</param>
    /// <param name="whenTrue">Where a row goes that holds.</param>
    /// <param name="whenFalse">Where a row goes that does not.</param>
    /// <returns>The number of the clause, or where all rows go when there is nothing to ask.</returns>
    public int AppendRange(int column, long low, long high, int whenTrue, int whenFalse) => whenTrue == whenFalse
        ? whenFalse
        : Append(new PlanClause
        {
            Test = ClauseTest.Range,
            Column = column,
            Low = low,
            High = high,
            WhenTrue = whenTrue,
            WhenFalse = whenFalse,
        });

    /// <summary>A clause that holds when a row has a value.</summary>
    /// <returns>The number of the clause, or where all rows go when there is nothing to ask.</returns>
    public int AppendExists(int column, int whenTrue, int whenFalse) => whenTrue == whenFalse
        ? whenFalse
        : Append(new PlanClause
        {
            Test = ClauseTest.Exists,
            Column = column,
            WhenTrue = whenTrue,
            WhenFalse = whenFalse,
        });

    /// <summary>
    /// A clause that holds for the listed rows; 64 bytes a row at most, however many rows the table has.
    /// </summary>
    /// <param name="rows">The rows, in any order; <see cref="uint.MaxValue"/> stands for none.</param>
    /// <param name="blockCount">How many blocks the table has.</param>
    /// <param name="whenTrue">Where a row goes that holds.</param>
    /// <param name="whenFalse">Where a row goes that does not.</param>
    /// <returns>The number of the clause, or where all rows go when there is nothing to ask.</returns>
    public int AppendRows(ReadOnlySpan<uint> rows, int blockCount, int whenTrue, int whenFalse)
    {
        if (rows.Length == 0 || whenTrue == whenFalse)
        {
            return whenFalse;
        }

        int first = AppendRowLists(rows, blockCount);
        return Append(new PlanClause
        {
            Test = ClauseTest.Rows,
            Column = -1,
            First = first,
            Count = blockCount,
            WhenTrue = whenTrue,
            WhenFalse = whenFalse,
        });
    }

    private int AppendRowLists(ReadOnlySpan<uint> rows, int blockCount)
    {
        int first;
        int maskWords = RowLists.CountMaskWords(rows.Length, blockCount);
        if (maskWords > 0)
        {
            RowLists.WriteMasks(rows, blockCount, TakeWords(maskWords, out first));
            return first;
        }

        Grow(ref _rowCounts, blockCount);
        Span<int> counts = _rowCounts.AsSpan(0, blockCount);
        RowLists.Write(rows, counts, TakeWords(RowLists.CountWords(rows, counts), out first));
        return first;
    }

    private static void Grow<T>(ref T[] array, long length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, checked((int)Math.Max(length, Math.Min(2L * array.Length, Array.MaxLength))));
        }
    }

    private int AppendBitmap(in PlanClause clause, ReadOnlySpan<ulong> codes, ulong low, ulong high)
    {
        low -= low % 64;
        int count = (int)((high - low) / 64) + 1;

        // With a word of zeros at its end: codes past the bitmap are looked up there without a branch.
        Span<ulong> bitmap = TakeWords(count + 1, out int first);
        foreach (ulong code in codes)
        {
            bitmap[(int)((code - low) / 64)] |= 1UL << (int)((code - low) % 64);
        }

        return Append(clause with { Test = ClauseTest.CodeBitmap, First = first, Count = count, Low = (long)low });
    }

    private int AppendHashSet(in PlanClause clause, ReadOnlySpan<ulong> constants)
    {
        int count = (int)BitOperations.RoundUpToPowerOf2(2 * (uint)constants.Length);
        ulong empty = FindAbsent(constants);
        Span<ulong> table = TakeWords(count, out int first);
        table.Fill(empty);
        foreach (ulong constant in constants)
        {
            int slot = HashSlot(constant, count);
            while (table[slot] != empty && table[slot] != constant)
            {
                slot = (slot + 1) & (count - 1);
            }

            table[slot] = constant;
        }

        return Append(clause with { Test = ClauseTest.HashSet, First = first, Count = count, Low = (long)empty });
    }

    /// <summary>One of the first n + 1 numbers is not among n constants; a bitmap of those finds it.</summary>
    private ulong FindAbsent(ReadOnlySpan<ulong> constants)
    {
        int restore = _wordCount;
        Span<ulong> seen = TakeWords((constants.Length / 64) + 1, out _);
        foreach (ulong constant in constants)
        {
            if (constant / 64 < (ulong)seen.Length)
            {
                seen[(int)(constant / 64)] |= 1UL << (int)(constant % 64);
            }
        }

        int word = seen.IndexOfAnyExcept(ulong.MaxValue);
        ulong absent = ((ulong)word * 64) + (ulong)BitOperations.TrailingZeroCount(~seen[word]);
        _wordCount = restore;
        return absent;
    }

    private Span<ulong> TakeWords(int count, out int first)
    {
        first = _wordCount;
        Grow(ref _words, (long)_wordCount + count);
        _wordCount += count;
        Span<ulong> words = _words.AsSpan(first, count);
        words.Clear();
        return words;
    }

    private int Append(in PlanClause clause)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clause.Column, _columnCount, nameof(clause));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clause.WhenTrue, _clauseCount, nameof(clause));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clause.WhenFalse, _clauseCount, nameof(clause));
        Grow(ref _clauses, _clauseCount + 1);
        _clauses[_clauseCount] = clause;
        return _clauseCount++;
    }
}
