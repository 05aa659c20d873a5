using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Api;

namespace Linr.Server.Security.Audit;

/// <summary>What a request is about, noted as it becomes known: names and counts, never contents.</summary>
internal sealed class AuditNote
{
    // A stream may be of more models than a line should have.
    private const int ModelsMax = 8;
    private SortedSet<string>? _models;

    /// <summary>Whether a line is written even if it succeeds: the call changes something.</summary>
    public required bool IsKept { get; init; }

    /// <summary>Why it was not let in; null: it was.</summary>
    public Refusal? Refused { get; private set; }

    /// <summary>In what way it failed; null: it did not, or gRPC's status says it.</summary>
    public ErrorKind? Failed { get; private set; }

    /// <summary>The models that it names; null: none.</summary>
    public IReadOnlyCollection<string>? Models => _models;

    /// <summary>The version or the alias that it names; null: none.</summary>
    public string? Subject { get; private set; }

    /// <summary>Changes of items.</summary>
    public long Changes { get; private set; }

    /// <summary>It is not let in.</summary>
    public void Refuse(Refusal refusal) => Refused = refusal;

    /// <summary>It was let in and failed.</summary>
    public void Fail(ErrorKind kind) => Failed = kind;

    /// <summary>
    /// Notes what a message names, where a line will be written. A stream has several, one after the other.
    /// </summary>
    public void Read(IMessage message)
    {
        if (!IsKept)
        {
            return;
        }

        MessageDescriptor descriptor = message.Descriptor;
        if (TextOf(message, descriptor, "model") is { } model && (_models?.Count ?? 0) < ModelsMax)
        {
            (_models ??= new SortedSet<string>(StringComparer.Ordinal)).Add(Shorten(model));
        }

        if ((TextOf(message, descriptor, "alias") ?? TextOf(message, descriptor, "version")) is { } subject)
        {
            Subject = Shorten(subject);
        }

        if (message is Protocol.V1.WriteRequest write)
        {
            Changes += write.Changes.Count;
        }
    }

    private static string? TextOf(IMessage message, MessageDescriptor descriptor, string field)
        => descriptor.FindFieldByName(field) is { FieldType: Google.Protobuf.Reflection.FieldType.String, IsRepeated: false } found
            && found.Accessor.GetValue(message) is string { Length: > 0 } text ? text : null;

    private static string Shorten(string text)
        => text.Length <= Limits.NameLengthMax ? text : $"{text[..Limits.NameLengthMax]}…";
}
