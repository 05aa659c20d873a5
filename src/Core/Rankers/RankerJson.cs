using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Linr.Rankers;

/// <summary>The JSON form of a list of rankers, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImmutableArray<RankerSpec>))]
internal sealed partial class RankerJson : JsonSerializerContext;
