using System.Text.Json.Serialization;

namespace Linr.Training;

/// <summary>How a query tower reads a history.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueryEncoder>))]
public enum QueryEncoder
{
    /// <summary>The items are pooled by attention: each is looked at by itself, and where it stands.</summary>
    AttentionPool,

    /// <summary>
    /// Blocks of causal self-attention, after SASRec (Kang and McAuley 2018, arXiv 1808.09781): each item is looked at
    /// in the light of those before it. A sequence trains all its places at once.
    /// </summary>
    CausalTransformer,
}
