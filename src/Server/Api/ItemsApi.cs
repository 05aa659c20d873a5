using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Linr.Filters;
using Linr.Server.Models;
using Linr.Server.Options;
using Linr.Server.Security;
using Linr.Server.Telemetry;
using Linr.Server.Wire;
using Microsoft.Extensions.Options;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Api;

/// <summary>Changes and reads items, in the messages of the contract; whatever carries them calls this.</summary>
internal sealed class ItemsApi(
    ModelCatalogue catalogue, PreparedFilters filters, ServerTelemetry telemetry, IOptions<RequestLimits> options)
{
    private const int UsualPage = 100;
    private readonly RequestLimits _limits = options.Value;

    /// <summary>Changes items in one step; ends when they are on the disk.</summary>
    public async Task<V1.WriteResponse> WriteAsync(
        V1.WriteRequest request, Caller caller, CancellationToken cancellation)
    {
        Task<V1.WriteResponse> durable = await StartWriteAsync(request, caller, cancellation).ConfigureAwait(false);
        return await durable.ConfigureAwait(false);
    }

    /// <summary>The same; ends when they are made, and the task in it when they are on the disk.</summary>
    public async ValueTask<Task<V1.WriteResponse>> StartWriteAsync(
        V1.WriteRequest request, Caller caller, CancellationToken cancellation)
    {
        CallScope call = telemetry.Begin(OperationKinds.Write);
        try
        {
            ServedModel model = catalogue.Find(request.Model, caller, Scopes.Write);
            call.Of(model);
            List<ItemChange> changes = ItemWire.Read(request, model.Schema, _limits);
            return WriteAsync(await model.ApplyAsync(changes, cancellation).ConfigureAwait(false), call);
        }
        catch (Exception error)
        {
            call.Fails(error);
            call.Dispose();
            throw;
        }

        static async Task<V1.WriteResponse> WriteAsync(Task<WriteOutcome> durable, CallScope call)
        {
            using CallScope ended = call;
            try
            {
                WriteOutcome outcome = await durable.ConfigureAwait(false);
                call.Changed(outcome.Result.Upserted + outcome.Result.Updated + outcome.Result.Deleted);
                return new V1.WriteResponse
                {
                    Upserted = outcome.Result.Upserted,
                    Updated = outcome.Result.Updated,
                    Deleted = outcome.Result.Deleted,
                    Stale = outcome.Result.Stale,
                    Missing = outcome.Result.Missing,
                    State = outcome.State.ToString(),
                };
            }
            catch (Exception error) when (call.Fails(error))
            {
                throw;
            }
        }
    }

    /// <summary>Items by their ids.</summary>
    public async Task<V1.GetResponse> GetAsync(V1.GetRequest request, Caller caller, CancellationToken cancellation)
    {
        using CallScope call = telemetry.Begin(OperationKinds.Get);
        try
        {
            var problems = new WireProblems();
            problems.Check("ids", request.Ids.Count, 1, _limits.IdsMax, nameof(_limits.IdsMax));
            problems.ThrowIfAny();
            using ModelLease lease = await catalogue.EnterAsync(
                request.Model, caller, request.After, routingKey: null, cancellation).ConfigureAwait(false);
            call.Of(lease);
            IReadOnlyList<ItemId> ids = IdWire.Read(request.Ids, lease.Retriever.Schema.IdKind, "ids", problems);
            problems.ThrowIfAny();
            FoundItems found = lease.Retriever.Get(ids, FieldsOf(request.Fields), request.WithEmbeddings);
            var response = new V1.GetResponse { Version = lease.Version.Name, State = lease.State.ToString() };
            response.Items.AddRange(found.Items.Select(ItemWire.Write));
            response.Missing.AddRange(found.Missing.Select(IdWire.Write));
            return response;
        }
        catch (Exception error) when (call.Fails(error))
        {
            throw;
        }
    }

    /// <summary>A page of all items that pass a filter.</summary>
    public async Task<V1.ScrollResponse> ScrollAsync(
        V1.ScrollRequest request, Caller caller, CancellationToken cancellation)
    {
        using CallScope call = telemetry.Begin(OperationKinds.Scroll);
        try
        {
            using ModelLease lease = await catalogue.EnterAsync(
                request.Model, caller, request.After, routingKey: null, cancellation).ConfigureAwait(false);
            call.Of(lease);
            Schema schema = lease.Retriever.Schema;
            var problems = new WireProblems();
            int limit = request.Limit == 0 ? UsualPage : request.Limit;
            problems.Check("limit", limit, 1, _limits.PageMax, nameof(_limits.PageMax));
            (PreparedFilter? filter, FilterParameters? parameters) = FilterWire.Read(
                request.Filter, schema, _limits, filters, problems);
            ItemId? after = PageToken.Read(request.Page, schema.IdKind, problems);
            problems.ThrowIfAny();
            ScrollPage page = lease.Retriever.Scroll(
                new ScrollRequest
                {
                    PreparedFilter = filter,
                    Parameters = parameters,
                    After = after,
                    Limit = limit,
                    Fields = FieldsOf(request.Fields),
                    WithEmbeddings = request.WithEmbeddings,
                },
                cancellation);
            var response = new V1.ScrollResponse
            {
                Next = page.Next is { } next ? PageToken.Write(next) : string.Empty,
                Version = lease.Version.Name,
                State = lease.State.ToString(),
            };
            response.Items.AddRange(page.Items.Select(ItemWire.Write));
            return response;
        }
        catch (Exception error) when (call.Fails(error))
        {
            throw;
        }
    }

    // None is all.
    private static ImmutableArray<string>? FieldsOf(RepeatedField<string> fields)
        => fields.Count == 0 ? null : [.. fields];
}
