using Confluent.Kafka;

namespace Linr.Ingest.Kafka;

/// <summary>What a client's errors mean for a source.</summary>
internal static class KafkaErrors
{
    /// <summary>The error as one of the source.</summary>
    public static SourceException Of(string source, KafkaException error)
    {
        string message = $"Source \"{source}\": Kafka: {error.Error.Reason}";
        return error.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
            or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication or ErrorCode.UnsupportedVersion
            or ErrorCode.Local_InvalidArg || error.Error.IsFatal
            ? new SourceException(message, error)
            : new SourceUnavailableException(message, error);
    }
}
