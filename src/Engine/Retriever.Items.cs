using Linr.Filters;

namespace Linr.Engine;

/// <content>Its items without a query: counted, got by their ids, and page by page.</content>
public sealed partial class Retriever
{
    /// <summary>How many items pass a filter, exactly.</summary>
    /// <param name="filter">The filter; null: every item passes.</param>
    /// <param name="parameters">Values of its parameters.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="FilterException">
    /// The filter or its parameters are wrong; every problem has its position.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ItemCount Count(
        Filter? filter = null, FilterParameters? parameters = null, CancellationToken cancellation = default)
        => _listing.Count(
            filter is null ? null : PreparedFilter.Prepare(filter, Schema), parameters, cancellation);

    /// <inheritdoc cref="Count(Filter?, FilterParameters?, CancellationToken)"/>
    /// <exception cref="ArgumentException">The filter was prepared for another schema.</exception>
    public ItemCount Count(
        PreparedFilter filter, FilterParameters? parameters = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _listing.Count(filter, parameters, cancellation);
    }

    /// <summary>The items of some ids, as they are at one moment.</summary>
    /// <param name="ids">The ids, <see cref="Limits.ScrollMax"/> at most.</param>
    /// <param name="fields">The fields wanted of each; null: all.</param>
    /// <param name="withEmbeddings">Whether each comes with its embeddings.</param>
    /// <exception cref="ArgumentException">
    /// Ids are too many or of another kind than the model's, or it has no such field; the message lists every problem.
    /// </exception>
    public FoundItems Get(
        IReadOnlyList<ItemId> ids, IReadOnlyList<string>? fields = null, bool withEmbeddings = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _listing.Get(ids, fields, withEmbeddings);
    }

    /// <summary>
    /// A page of the items that pass a filter, in the order of their keys and ids. It reads the ids of all items that
    /// pass; nothing is kept for the next page.
    /// </summary>
    /// <param name="request">Which items, and where the page begins.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    /// <exception cref="FilterException">
    /// The filter or its parameters are wrong; every problem has its position.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ScrollPage Scroll(ScrollRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _listing.Scroll(request, cancellation);
    }
}
