using System.Numerics;

namespace Linr.Kernels.Filter;

/// <summary>The codes that a clause asks for.</summary>
internal readonly unsafe ref struct CodeSet
{
    private readonly ReadOnlySpan<ulong> _words;
    private readonly ClauseTest _test;
    private readonly ulong _low;

    /// <param name="plan">The plan.</param>
    /// <param name="clause">A clause that <see cref="IsOf"/> accepts.</param>
    public CodeSet(FilterPlan plan, in PlanClause clause)
    {
        _words = plan.Words.Slice(clause.First, clause.Count);
        _test = clause.Test;
        _low = (ulong)clause.Low;
        ulong last = 0;
        foreach (ulong word in _words)
        {
            Count += _test == ClauseTest.CodeBitmap ? BitOperations.PopCount(word) : IsCode(word) ? 1 : 0;
            last = _test != ClauseTest.CodeBitmap && IsCode(word) ? Math.Max(last, word) : last;
        }

        last = _test == ClauseTest.CodeBitmap ? _low + (64 * (ulong)_words.Length) - 1 : last;
        End = (long)Math.Min(last, uint.MaxValue) + 1;
    }

    /// <summary>All its codes are less, those left out that are wider than any code of a row.</summary>
    public long End { get; }

    /// <summary>How many codes, or more.</summary>
    public int Count { get; }

    /// <summary>Whether a clause asks for codes.</summary>
    public static bool IsOf(FilterPlan plan, in PlanClause clause)
        => clause.Test is ClauseTest.AnyOf or ClauseTest.CodeBitmap or ClauseTest.HashSet
            && plan.ElementOf(clause.Column) is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;

    /// <summary>Sets or clears a bit in the words of all codes of the set.</summary>
    public void Write<TTable>(TTable table, uint bit, bool isSet)
        where TTable : struct, ICodeTable
    {
        for (int i = 0; i < _words.Length; i++)
        {
            if (_test != ClauseTest.CodeBitmap)
            {
                if (IsCode(_words[i]) && _words[i] <= uint.MaxValue)
                {
                    Write(table.Entry((uint)_words[i]), bit, isSet);
                }

                continue;
            }

            ulong first = _low + (64 * (ulong)i);
            for (ulong word = first <= uint.MaxValue ? _words[i] : 0; word != 0; word &= word - 1)
            {
                Write(table.Entry((uint)first + (uint)BitOperations.TrailingZeroCount(word)), bit, isSet);
            }
        }
    }

    private static void Write(uint* entry, uint bit, bool isSet) => *entry = isSet ? *entry | bit : *entry & ~bit;

    /// <summary>A hash set has words that are in place of none.</summary>
    private bool IsCode(ulong word) => _test != ClauseTest.HashSet || word != _low;
}
