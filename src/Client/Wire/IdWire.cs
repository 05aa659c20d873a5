using System.Collections.Immutable;
using Google.Protobuf.Collections;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Ids as the contract has them.</summary>
internal static class IdWire
{
    public static V1.ItemId Write(ItemId id)
        => id.IsInteger ? new V1.ItemId { Integer = id.Integer } : new V1.ItemId { Text = id.Text };

    public static ItemId Read(V1.ItemId? id) => id?.IdCase switch
    {
        V1.ItemId.IdOneofCase.Integer => new ItemId(id.Integer),
        V1.ItemId.IdOneofCase.Text when id.Text.Length > 0 => new ItemId(id.Text),
        _ => throw AnswerWire.Wrong("an item's id", "none"),
    };

    public static ImmutableArray<ItemId> Read(RepeatedField<V1.ItemId> ids) => [.. ids.Select(Read)];
}
