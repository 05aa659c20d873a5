using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Live;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Listing;

/// <summary>Takes the rows of a block that pass.</summary>
/// <param name="worker">Which of the threads it is, from 0.</param>
/// <param name="block">The block.</param>
/// <param name="mask">Its rows that pass, 64 a word.</param>
internal delegate void TakeMask(int worker, int block, ReadOnlySpan<ulong> mask);

/// <summary>
/// Goes over all rows that pass a filter, on the processor: a block's mask at a time, in no order, on as many threads
/// as are free.
/// </summary>
/// <param name="table">The items.</param>
/// <param name="workers">Threads that help; null for none.</param>
internal sealed class PassingRows(ItemTable table, ScanWorkers? workers)
{
    private readonly ConcurrentBag<FilterCompiler> _compilers = [];

    /// <summary>Threads at most.</summary>
    public int WorkerCount => workers?.ThreadCount ?? 1;

    /// <summary>Gives away the masks of all blocks.</summary>
    /// <param name="view">The state of a live table; null of one that never changes.</param>
    /// <param name="filter">The filter; null: every row passes.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="take">Takes the masks; of several threads at once.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="FilterException">A parameter is missing or wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(
        TableView? view,
        PreparedFilter? filter,
        FilterParameters? parameters,
        TakeMask take,
        CancellationToken cancellation)
    {
        if (!_compilers.TryTake(out FilterCompiler? compiler))
        {
            compiler = new FilterCompiler();
        }

        try
        {
            PlanFilter? plan = filter is null ? null : compiler.Compile(filter, parameters, table, view);
            int blocks = view?.LiveMasks.Length ?? table.BlockCount;
            int next = 0;
            ScanWorkers.Share(workers, worker =>
            {
                Span<ulong> mask = stackalloc ulong[RowMask.BlockWords];
                while (!cancellation.IsCancellationRequested)
                {
                    int block = Interlocked.Increment(ref next) - 1;
                    if (block >= blocks)
                    {
                        return;
                    }

                    take(worker, block, Evaluate(view, plan, block, mask));
                }
            });
            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            _compilers.Add(compiler);
        }
    }

    private ReadOnlySpan<ulong> Evaluate(TableView? view, PlanFilter? plan, int block, Span<ulong> room)
    {
        int rows = view is null ? table.BlockRows(block) : Limits.BlockRows;
        Span<ulong> mask = room[..(int)RowMask.Words(rows)];
        if (plan is null)
        {
            RowMask.Fill(mask, rows);
        }
        else
        {
            plan.Evaluate(block, firstRow: 0, rows, mask);
        }

        if (view is not null)
        {
            TensorPrimitives.BitwiseAnd(mask, view.LiveMask(block).Span, mask);
        }

        return mask;
    }
}
