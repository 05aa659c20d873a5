using System.Numerics;
using System.Numerics.Tensors;

namespace Linr.Kernels.Filter;

/// <summary>The codes that a clause asks for.</summary>
internal readonly unsafe ref struct CodeSet
{
    private readonly ReadOnlySpan<ulong> _words;
    private readonly bool _isBitmap;
    private readonly ulong _low;

    /// <param name="plan">The plan.</param>
    /// <param name="clause">A clause that <see cref="IsOf"/> accepts.</param>
    public CodeSet(FilterPlan plan, in PlanClause clause)
    {
        _words = plan.Words.Slice(clause.First, clause.Count);
        _isBitmap = clause.Test == ClauseTest.CodeBitmap;
        _low = (ulong)clause.Low;
        ulong last = _isBitmap ? _low + (64 * (ulong)_words.Length) - 1 : TensorPrimitives.Max(_words);
        End = (long)Math.Min(last, uint.MaxValue) + 1;
        Count = _words.Length;
        if (_isBitmap)
        {
            Count = 0;
            foreach (ulong word in _words)
            {
                Count += BitOperations.PopCount(word);
            }
        }
    }

    /// <summary>All its codes are less, or wider than any code of a row.</summary>
    public long End { get; }

    /// <summary>How many codes, those counted twice that are listed twice.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether a clause asks for codes that are quickly listed. Hash sets are not: their codes are too far apart.
    /// </summary>
    public static bool IsOf(FilterPlan plan, in PlanClause clause)
    {
        if (clause.Test is not (ClauseTest.AnyOf or ClauseTest.CodeBitmap))
        {
            return false;
        }

        foreach (ColumnBlock block in plan.Columns[clause.Column].Span)
        {
            if (block.Values != 0)
            {
                return block.Element is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;
            }
        }

        return false;
    }

    /// <summary>Sets or clears a bit in the words of all codes of the set.</summary>
    /// <param name="table">A word a code, <see cref="End"/> of them at least.</param>
    /// <param name="bit">The bit.</param>
    /// <param name="isSet">Whether it is set.</param>
    public void Write(uint* table, uint bit, bool isSet)
    {
        uint cleared = ~bit;
        uint set = isSet ? bit : 0;
        for (int i = 0; i < _words.Length; i++)
        {
            if (!_isBitmap)
            {
                uint* entry = table + _words[i];
                *entry = (*entry & cleared) | set;
                continue;
            }

            uint* entries = table + _low + (64L * i);
            for (ulong word = _words[i]; word != 0; word &= word - 1)
            {
                uint* entry = entries + BitOperations.TrailingZeroCount(word);
                *entry = (*entry & cleared) | set;
            }
        }
    }
}
