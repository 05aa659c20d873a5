using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Filter;

/// <summary>
/// Evaluates a plan for scans. Some thousand rows at a time, the clauses run one after another; each takes the mask of
/// the rows that wait for it and hands those that hold and those that do not on to where they go. Words in which no row
/// waits are not read.
/// </summary>
/// <param name="plan">The plan, complete; it must not change while a scan runs.</param>
public sealed unsafe class PlanFilter(FilterPlan plan) : RowFilter
{
    /// <summary>Words of rows that run together: their masks and codes stay in the first cache.</summary>
    private const int ChunkWordsMax = 64;

    /// <summary>Clauses of lower numbers may be known before.</summary>
    internal const int KnownMax = 64;

    /// <summary>Words of masks on the stack.</summary>
    private const int SlotWordsMax = 2_048;

    /// <summary>The plan.</summary>
    public FilterPlan Plan { get; } = plan ?? throw new ArgumentNullException(nameof(plan));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A row is outside the block, or the mask is too short.</exception>
    public override void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask)
    {
        CheckRows(block, firstRow, rowCount, mask.Length);
        Span<ulong> passed = mask[..((rowCount + 63) / 64)];
        FillRows(passed, Plan.Entry == FilterPlan.Fail ? 0 : rowCount);
        Narrow(block, firstRow, rowCount, passed, 0);
    }

    /// <summary>Takes the rows out of a mask that do not pass.</summary>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">The first row within the block, a multiple of 64.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="passed">The mask.</param>
    /// <param name="known">
    /// Bit c is set for a clause c, less than <see cref="KnownMax"/>, that all rows of the mask are known to come
    /// through: one of those with <see cref="PlanClause.IsConjunct"/>.
    /// </param>
    [SkipLocalsInit]
    internal void Narrow(int block, int firstRow, int rowCount, Span<ulong> passed, ulong known)
    {
        if (Plan.Entry < 0)
        {
            return;
        }

        int chunkWords = Math.Clamp(SlotWordsMax / Plan.SlotCount, 1, ChunkWordsMax);
        chunkWords = Math.Min(chunkWords, passed.Length);
        ulong* slots = stackalloc ulong[(Plan.SlotCount + 1) * chunkWords];
        new Span<ulong>(slots, (Plan.SlotCount + 1) * chunkWords).Clear();
        fixed (ulong* words = Plan.Words)
        {
            Chunk chunk = new(Plan, words, slots, chunkWords, known);
            for (int first = 0; first < passed.Length; first += chunkWords)
            {
                int wordCount = Math.Min(chunkWords, passed.Length - first);
                Span<ulong> part = passed.Slice(first, wordCount);
                chunk.Evaluate(block, firstRow + (64 * first), Math.Min(64 * wordCount, rowCount - (64 * first)), part);
            }
        }
    }

    /// <summary>Whether a clause is one of those that are known.</summary>
    internal static bool IsKnown(int clause, ulong known)
        => clause is >= 0 and < KnownMax && (known >> clause & 1) != 0;

    private static void CheckRows(int block, int firstRow, int rowCount, int maskLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(firstRow % 64, 0, nameof(firstRow));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, ScanSegment.BlockRows - firstRow);
        ArgumentOutOfRangeException.ThrowIfLessThan(maskLength, (rowCount + 63) / 64, "mask.Length");
    }

    /// <summary>Sets the bits of the first rows and clears the others.</summary>
    private static void FillRows(Span<ulong> words, int rowCount)
    {
        words.Clear();
        words[..(rowCount / 64)].Fill(ulong.MaxValue);
        if (rowCount % 64 != 0)
        {
            words[rowCount / 64] = (1UL << (rowCount % 64)) - 1;
        }
    }

    /// <summary>The rows that run together, and the masks in which they wait.</summary>
    private readonly ref struct Chunk(
        FilterPlan plan, ulong* words, ulong* slots, int chunkWords, ulong known)
    {
        public void Evaluate(int block, int firstRow, int rowCount, Span<ulong> passed)
        {
            passed.CopyTo(Slot(plan.Clauses[plan.Entry].Slot, passed.Length));
            passed.Clear();
            for (int i = plan.Entry; i >= 0; i--)
            {
                ref readonly PlanClause clause = ref plan.Clauses[i];
                if (clause.Slot < 0)
                {
                    continue;
                }

                Span<ulong> pending = Slot(clause.Slot, passed.Length);
                if (!pending.ContainsAnyExcept(0UL))
                {
                    continue;
                }

                if (IsKnown(i, known))
                {
                    HandOn(pending, clause.WhenKept, passed);
                    pending.Clear();
                    continue;
                }

                Span<ulong> held = Slot(plan.SlotCount, passed.Length);
                Run(clause, block, firstRow, rowCount, pending, held);
                TensorPrimitives.BitwiseAnd<ulong>(held, pending, held);
                TensorPrimitives.Xor<ulong>(pending, held, pending);
                HandOn(held, clause.WhenTrue, passed);
                HandOn(pending, clause.WhenFalse, passed);
                pending.Clear();
            }
        }

        private Span<ulong> Slot(int slot, int wordCount) => new(slots + ((long)slot * chunkWords), wordCount);

        private void HandOn(ReadOnlySpan<ulong> rows, int target, Span<ulong> passed)
        {
            if (target != FilterPlan.Fail)
            {
                Span<ulong> waiting = target == FilterPlan.Pass ? passed : Slot(plan.Clauses[target].Slot, rows.Length);
                TensorPrimitives.BitwiseOr(rows, waiting, waiting);
            }
        }

        private void Run(
            in PlanClause clause, int block, int firstRow, int rowCount, Span<ulong> pending, Span<ulong> held)
        {
            if (clause.Test == ClauseTest.Rows)
            {
                RunRows(clause, block, firstRow, rowCount, held);
                return;
            }

            ColumnBlock column = plan.Block(clause, block);
            if (column.Values == 0)
            {
                held.Clear();
                return;
            }

            ClauseRun run = new(clause, column.Element, words + clause.First);
            fixed (ulong* waiting = pending, bits = held)
            {
                if (column.IsMultiValued)
                {
                    RunMultiValued(clause, run, column, firstRow, rowCount, waiting, bits);
                    return;
                }

                bool hasCodes = column.Element is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;
                if (clause.Test == ClauseTest.Exists && !hasCodes)
                {
                    held.Fill(ulong.MaxValue);
                }
                else
                {
                    run.Run(column.Values + ((nint)firstRow * run.ElementBytes), rowCount, waiting, bits);
                }
            }

            if (column.Present != 0)
            {
                ReadOnlySpan<ulong> present = new((ulong*)column.Present + (firstRow / 64), held.Length);
                TensorPrimitives.BitwiseAnd(held, present, held);
            }
        }

        private static void RunMultiValued(
            in PlanClause clause, ClauseRun run, ColumnBlock column, int firstRow, int rowCount, ulong* waiting,
            ulong* bits)
        {
            if (clause.Test == ClauseTest.Exists)
            {
                ElementRun.Vector((uint*)column.Counts + firstRow, rowCount, default(NonZeroTest<uint>), waiting, bits);
            }
            else
            {
                new MultiValuedRun(run, column).Run(firstRow, rowCount, waiting, bits);
            }
        }

        private void RunRows(in PlanClause clause, int block, int firstRow, int rowCount, Span<ulong> held)
        {
            held.Clear();
            ulong entry = block < clause.Count ? words[clause.First + block] : 0;
            if (entry == 0)
            {
                return;
            }

            ulong* listed = words + clause.First + (uint)entry;
            int count = (int)(entry >> 32);
            if (count == 0)
            {
                new ReadOnlySpan<ulong>(listed + (firstRow / 64), held.Length).CopyTo(held);
                return;
            }

            foreach (ushort row in new ReadOnlySpan<ushort>(listed, count))
            {
                int position = row - firstRow;
                if ((uint)position < (uint)rowCount)
                {
                    held[position / 64] |= 1UL << (position % 64);
                }
            }
        }
    }
}
