using Linr.Server.Api;

namespace Linr.Server.Rest;

/// <summary>What gRPC calls, and REST too.</summary>
/// <param name="Search">Searches.</param>
/// <param name="Items">Items.</param>
/// <param name="Models">Models and their rollout.</param>
internal sealed record RestApis(SearchApi Search, ItemsApi Items, ModelsApi Models);
