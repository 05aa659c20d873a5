using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Linr.Layers;

/// <summary>The JSON form of a list of layers, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImmutableArray<TowerSpec>))]
[JsonSerializable(typeof(ImmutableArray<SimilaritySpec>))]
internal sealed partial class LayerJson : JsonSerializerContext;
