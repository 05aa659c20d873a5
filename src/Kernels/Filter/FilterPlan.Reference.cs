using System.Runtime.InteropServices;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Filter;

/// <content>What a plan means, row by row.</content>
public sealed unsafe partial class FilterPlan
{
    /// <summary>Whether a row passes: the specification that every backend is held to.</summary>
    public bool Passes(uint row)
    {
        int block = (int)(row / ScanSegment.BlockRows);
        int within = (int)(row % ScanSegment.BlockRows);
        int next = Entry;
        while (next >= 0)
        {
            PlanClause clause = _clauses[next];
            bool holds = clause.Test == ClauseTest.Rows
                ? IsListed(clause, block, within)
                : HoldsAny(clause, block, within);
            next = holds ? clause.WhenTrue : clause.WhenFalse;
        }

        return next == Pass;
    }

    private bool IsListed(in PlanClause clause, int block, int within)
    {
        ReadOnlySpan<ulong> words = Words[clause.First..];
        ulong entry = block < clause.Count ? words[block] : 0;
        if (entry == 0)
        {
            return false;
        }

        ReadOnlySpan<ulong> operands = words[(int)(uint)entry..];
        int listed = (int)(entry >> 32);
        return listed == 0
            ? (operands[within / 64] >> (within % 64) & 1) != 0
            : MemoryMarshal.Cast<ulong, ushort>(operands)[..listed].Contains((ushort)within);
    }

    private bool HoldsAny(in PlanClause clause, int block, int within)
    {
        ColumnBlock column = Block(clause, block);
        if (column.Values == 0 || (
            column.Present != 0 && (((ulong*)column.Present)[within / 64] >> (within % 64) & 1) == 0))
        {
            return false;
        }

        long first = column.IsMultiValued ? ((uint*)column.Starts)[within] : within;
        uint count = column.IsMultiValued ? ((uint*)column.Counts)[within] : 1;
        bool isCode = column.Element is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;
        for (long position = first; position < first + count; position++)
        {
            ulong value = Read(column, position);
            if ((value != 0 || !isCode) && Holds(clause, column.Element, value))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Read(in ColumnBlock column, long position) => column.Element switch
    {
        ColumnElement.Code16 => ((ushort*)column.Values)[position],
        ColumnElement.Code32 => ((uint*)column.Values)[position],
        ColumnElement.Int64 or ColumnElement.Float64 => ((ulong*)column.Values)[position],
        _ => ((byte*)column.Values)[position],
    };

    private bool Holds(in PlanClause clause, ColumnElement element, ulong value) => clause.Test switch
    {
        ClauseTest.AnyOf => Words.Slice(clause.First, clause.Count).Contains(value),
        ClauseTest.CodeBitmap => value >= (ulong)clause.Low && value - (ulong)clause.Low < 64UL * (ulong)clause.Count
            && (Words[clause.First + (int)((value - (ulong)clause.Low) / 64)] >> (int)(
                (value - (ulong)clause.Low) % 64) & 1) != 0,
        ClauseTest.HashSet => value != (ulong)clause.Low && Words.Slice(clause.First, clause.Count).Contains(value),
        ClauseTest.Range when element == ColumnElement.Float64 => BitConverter.UInt64BitsToDouble(value)
            is double number && number >= BitConverter.Int64BitsToDouble(clause.Low)
            && number <= BitConverter.Int64BitsToDouble(clause.High),
        ClauseTest.Range => (long)value >= clause.Low && (long)value <= clause.High,
        _ => true,
    };
}
