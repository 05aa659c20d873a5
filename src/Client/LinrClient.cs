using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Linr.Client.Internal;
using Microsoft.Extensions.Logging;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <summary>
/// Searches and changes the items of a Linr service by gRPC. One client is enough for a process: it is safe for
/// concurrent callers and shares its connections among them. docs/client.md.
/// </summary>
public sealed partial class LinrClient : IDisposable
{
    private static readonly TimeSpan s_healthTimeout = TimeSpan.FromSeconds(5);

    private readonly LinrClientOptions _options;
    private readonly TimeProvider _time;
    private readonly CallRunner _runner;
    private readonly WrittenStates _states = new();
    private readonly GrpcChannel? _owned;
    private readonly V1.Retrieval.RetrievalClient _retrieval;
    private readonly V1.Items.ItemsClient _items;
    private readonly RetrievalCalls _retrievalCalls;
    private readonly ItemsCalls _itemsCalls;
    private readonly Call<HealthCheckRequest, HealthCheckResponse> _checkHealth;

    /// <summary>A client of one service, with options as they come.</summary>
    /// <param name="address">Its address, such as <c>http://localhost:7701</c>.</param>
    /// <exception cref="ArgumentException">The address is none.</exception>
    public LinrClient(string address)
        : this(new LinrClientOptions { Addresses = [address] })
    {
    }

    /// <summary>A client with connections of its own.</summary>
    /// <param name="options">How the service is reached; not changed any more from now on.</param>
    /// <param name="loggerFactory">Makes the logger of gRPC; null: none.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public LinrClient(LinrClientOptions options, ILoggerFactory? loggerFactory = null)
        : this(CheckedChannel(options, loggerFactory), options, ownsChannel: true)
    {
    }

    /// <summary>
    /// A client over a channel of the caller's, who disposes it; addresses, certificates, keep-alive and the retries of
    /// reads are the channel's.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="options">How calls are made; null: as they come.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public LinrClient(GrpcChannel channel, LinrClientOptions? options = null)
        : this(channel ?? throw new ArgumentNullException(nameof(channel)), options ?? new(), ownsChannel: false)
    {
    }

    private LinrClient(GrpcChannel channel, LinrClientOptions options, bool ownsChannel)
    {
        LinrClientOptionsCheck.CheckCalls(options);
        _options = options;
        _time = TimeProvider.System;
        _owned = ownsChannel ? channel : null;
        _runner = new CallRunner(options, _time);
        CallInvoker invoker = channel.CreateCallInvoker();
        _retrieval = new V1.Retrieval.RetrievalClient(invoker);
        _items = new V1.Items.ItemsClient(invoker);
        _retrievalCalls = new RetrievalCalls(_retrieval, invoker);
        _itemsCalls = new ItemsCalls(_items);
        _checkHealth = new(new CallName("grpc.health.v1.Health", "Check"), new Health.HealthClient(invoker).CheckAsync);
        Models = new LinrModels(_runner, new V1.Models.ModelsClient(invoker));
    }

    /// <summary>Models, their versions and their rollout.</summary>
    public LinrModels Models { get; }

    /// <summary>
    /// Whether the service says that it can answer: its models are open, and each has a version that answers.
    /// </summary>
    /// <exception cref="LinrException">It could not be asked.</exception>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation = default)
    {
        HealthCheckResponse response = await _runner.RunAsync(
            _checkHealth, new HealthCheckRequest(), model: null, s_healthTimeout, cancellation).ConfigureAwait(false);
        return response.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }

    /// <summary>
    /// Forgets the states of this client's writes, so that reads that would see them see what there is: after a service
    /// was put back to an earlier state.
    /// </summary>
    public void ForgetWrites() => _states.Clear();

    /// <summary>Closes its connections; calls under way fail.</summary>
    public void Dispose() => _owned?.Dispose();

    private static GrpcChannel CheckedChannel(LinrClientOptions options, ILoggerFactory? loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        LinrClientOptionsCheck.Check(options);
        return ChannelFactory.Create(options, loggerFactory);
    }

    /// <summary>The state that a read has to have; null: any.</summary>
    private string? AfterOf(string model, string? after, bool? readsOwnWrites)
        => after ?? (readsOwnWrites ?? _options.ReadYourWrites ? _states.Find(model) : null);
}
