using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Linr.Server.Security.Audit;

/// <summary>What a request is about, noted as it becomes known: names and counts, never contents.</summary>
internal sealed class AuditNote
{
    // A stream may be of more models than a line should have.
    private const int ModelsMax = 8;
    private readonly SortedSet<string> _models = new(StringComparer.Ordinal);

    /// <summary>Why it was not let in; null: it was.</summary>
    public Refusal? Refused { get; private set; }

    /// <summary>The models that it names.</summary>
    public IReadOnlyCollection<string> Models => _models;

    /// <summary>The version or the alias that it names; null: none.</summary>
    public string? Subject { get; private set; }

    /// <summary>Changes of items.</summary>
    public long Changes { get; private set; }

    /// <summary>It is not let in.</summary>
    public void Refuse(Refusal refusal) => Refused = refusal;

    /// <summary>Notes what a message names. A stream has several, one after the other.</summary>
    public void Read(IMessage message)
    {
        MessageDescriptor descriptor = message.Descriptor;
        if (TextOf(message, descriptor, "model") is { } model && _models.Count < ModelsMax)
        {
            _models.Add(Shorten(model));
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
