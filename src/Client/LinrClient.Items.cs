using System.Runtime.CompilerServices;
using Linr.Client.Internal;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <content>Items: changed, got by their ids, read page by page.</content>
public sealed partial class LinrClient
{
    /// <summary>
    /// Changes items, in order and in one step: all or, where one is wrong, none. It ends when they are on the server's
    /// disk; the next search finds them.
    /// </summary>
    /// <param name="model">A model or an alias.</param>
    /// <param name="changes">
    /// The changes. Where all have versions, the set is sent again while no server can be reached.
    /// </param>
    /// <param name="cancellation">Cancels it; the changes may be made even so.</param>
    /// <exception cref="LinrException">A change is wrong, or the service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<WriteResult> WriteAsync(
        string model, IReadOnlyCollection<ItemChange> changes, CancellationToken cancellation = default)
    {
        V1.WriteRequest request = ItemWire.Write(model, changes);
        V1.WriteResponse response = await WriteRetry.RunAsync(
            timeout => _runner.RunAsync(_itemsCalls.Write, request, model, timeout, cancellation),
            changes,
            _options,
            _time,
            cancellation).ConfigureAwait(false);
        _states.Add(model, response.State);
        return ItemWire.Read(response);
    }

    /// <summary>Has an item be as given from now on.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="model">A model or an alias.</param>
    /// <param name="item">The item.</param>
    /// <param name="version">Its version (<see cref="ItemChange.Version"/>); null: without.</param>
    /// <param name="cancellation">Cancels it; the change may be made even so.</param>
    public Task<WriteResult> UpsertAsync(
        string model, Item item, long? version = null, CancellationToken cancellation = default)
        => WriteAsync(model, [ItemChange.Upsert(item, version)], cancellation);

    /// <summary>Has items be as given from now on.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="model">A model or an alias.</param>
    /// <param name="items">The items.</param>
    /// <param name="cancellation">Cancels it; the changes may be made even so.</param>
    public Task<WriteResult> UpsertAsync(
        string model, IEnumerable<Item> items, CancellationToken cancellation = default)
        => WriteAsync(model, [.. items.Select(item => ItemChange.Upsert(item))], cancellation);

    /// <summary>Replaces some fields and embeddings of an item.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="model">A model or an alias.</param>
    /// <param name="item">What is replaced; a field without values removes it.</param>
    /// <param name="version">Its version (<see cref="ItemChange.Version"/>); null: without.</param>
    /// <param name="cancellation">Cancels it; the change may be made even so.</param>
    public Task<WriteResult> UpdateAsync(
        string model, Item item, long? version = null, CancellationToken cancellation = default)
        => WriteAsync(model, [ItemChange.Update(item, version)], cancellation);

    /// <summary>Removes an item.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="model">A model or an alias.</param>
    /// <param name="id">The item.</param>
    /// <param name="version">Its version (<see cref="ItemChange.Version"/>); null: without.</param>
    /// <param name="cancellation">Cancels it; the change may be made even so.</param>
    public Task<WriteResult> DeleteAsync(
        string model, ItemId id, long? version = null, CancellationToken cancellation = default)
        => WriteAsync(model, [ItemChange.Delete(id, version)], cancellation);

    /// <summary>Removes items.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="model">A model or an alias.</param>
    /// <param name="ids">The items.</param>
    /// <param name="cancellation">Cancels it; the changes may be made even so.</param>
    public Task<WriteResult> DeleteAsync(
        string model, IEnumerable<ItemId> ids, CancellationToken cancellation = default)
        => WriteAsync(model, [.. ids.Select(id => ItemChange.Delete(id))], cancellation);

    /// <summary>Opens a stream of sets of changes: many are under way at once, and share what the disk takes.</summary>
    /// <param name="model">A model or an alias.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ItemWriter> OpenWriterAsync(string model, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        string requestId = CallRunner.NewRequestId();
        // The stream outlives what cancels its opening.
        Grpc.Core.CallOptions settings = await _runner.SettingsAsync(
            Timeout.InfiniteTimeSpan, requestId, cancellation).ConfigureAwait(false);
        return new ItemWriter(
            model,
            _items.WriteStream(settings.WithCancellationToken(CancellationToken.None)),
            LinrTelemetry.Start(_itemsCalls.WriteStream, model),
            _itemsCalls.WriteStream,
            requestId,
            _states);
    }

    /// <summary>Items by their ids.</summary>
    /// <exception cref="LinrException">The request is wrong, or the service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<FoundItems> GetAsync(GetRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var written = new V1.GetRequest
        {
            Model = request.Model,
            WithEmbeddings = request.WithEmbeddings,
            After = AfterOf(request.Model, request.After, request.ReadYourWrites) ?? string.Empty,
        };
        written.Ids.AddRange(request.Ids.Select(IdWire.Write));
        written.Fields.AddRange(request.Fields);
        V1.GetResponse response = await _runner.RunAsync(
            _itemsCalls.Get, written, request.Model, timeout: null, cancellation).ConfigureAwait(false);
        return new FoundItems(
            [.. response.Items.Select(ItemWire.Read)],
            IdWire.Read(response.Missing),
            response.Version,
            response.State);
    }

    /// <summary>An item with all of its fields; null: there is none with that id.</summary>
    /// <param name="model">A model or an alias.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <inheritdoc cref="GetAsync(GetRequest, CancellationToken)"/>
    public async Task<Item?> GetAsync(string model, ItemId id, CancellationToken cancellation = default)
    {
        FoundItems found = await GetAsync(new GetRequest { Model = model, Ids = [id] }, cancellation)
            .ConfigureAwait(false);
        return found.Items.IsEmpty ? null : found.Items[0];
    }

    /// <summary>One page of the items that pass a filter.</summary>
    /// <inheritdoc cref="GetAsync(GetRequest, CancellationToken)"/>
    public async Task<ScrollPage> GetPageAsync(ScrollRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        V1.ScrollResponse response = await RunAsync(
            _itemsCalls.Scroll, Write, request.Model, request.Filter, timeout: null, cancellation)
            .ConfigureAwait(false);
        return new ScrollPage(
            [.. response.Items.Select(ItemWire.Read)],
            response.Next.Length == 0 ? null : response.Next,
            response.Version,
            response.State);

        V1.ScrollRequest Write(bool asForm)
        {
            var written = new V1.ScrollRequest
            {
                Model = request.Model,
                Filter = request.Filter?.ToWire(asForm),
                Limit = request.Limit,
                Page = request.Page ?? string.Empty,
                WithEmbeddings = request.WithEmbeddings,
                After = AfterOf(request.Model, request.After, request.ReadYourWrites) ?? string.Empty,
            };
            written.Fields.AddRange(request.Fields);
            return written;
        }
    }

    /// <summary>
    /// All items that pass a filter, in the order of their keys and ids; pages are read as they are needed.
    /// </summary>
    /// <inheritdoc cref="GetAsync(GetRequest, CancellationToken)"/>
    public async IAsyncEnumerable<Item> ScrollAsync(
        ScrollRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (string? page = request.Page; ;)
        {
            ScrollPage read = await GetPageAsync(request with { Page = page }, cancellation).ConfigureAwait(false);
            foreach (Item item in read.Items)
            {
                yield return item;
            }

            if (read.Next is null)
            {
                yield break;
            }

            page = read.Next;
        }
    }
}
