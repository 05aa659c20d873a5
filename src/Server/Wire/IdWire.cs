using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Ids as the contract has them.</summary>
internal static class IdWire
{
    /// <summary>The id, of the kind that the model's ids are.</summary>
    public static bool TryRead(V1.ItemId? id, IdKind kind, out ItemId read)
    {
        read = default;
        switch (id?.IdCase)
        {
            case V1.ItemId.IdOneofCase.Integer when kind == IdKind.Integer:
                read = new ItemId(id.Integer);
                return true;
            // Paths have no integers, and JavaScript's end at 53 bits.
            case V1.ItemId.IdOneofCase.Text when kind == IdKind.Integer && long.TryParse(
                id.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer):
                read = new ItemId(integer);
                return true;
            case V1.ItemId.IdOneofCase.Text when kind == IdKind.Guid && Guid.TryParse(id.Text, out Guid guid):
                read = new ItemId(guid);
                return true;
            case V1.ItemId.IdOneofCase.Text when kind == IdKind.Text && IsText(id.Text):
                read = new ItemId(id.Text);
                return true;
            default:
                return false;
        }
    }

    /// <summary>All ids of a list; those that are none are problems.</summary>
    public static ImmutableArray<ItemId> Read(
        RepeatedField<V1.ItemId> ids, IdKind kind, string field, WireProblems problems)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var read = new ItemId[ids.Count];
        for (int i = 0; i < read.Length; i++)
        {
            if (!TryRead(ids[i], kind, out read[i]))
            {
                problems.Add($"{field}[{i}]", $"expected {Expected(kind)}; found {Describe(ids[i])}.");
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(read);
    }

    /// <summary>One id; where it is none that is a problem.</summary>
    public static ItemId Read(V1.ItemId? id, IdKind kind, string field, WireProblems problems)
    {
        if (!TryRead(id, kind, out ItemId read))
        {
            problems.Add(field, $"expected {Expected(kind)}; found {Describe(id)}.");
        }

        return read;
    }

    /// <summary>The id as the contract has it.</summary>
    public static V1.ItemId Write(ItemId id) => id.Kind == IdKind.Integer
        ? new V1.ItemId { Integer = id.Integer }
        : new V1.ItemId { Text = id.ToString() };

    // As ItemId has it: some bytes, and not too many.
    private static bool IsText(string text)
        => text.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(text) <= Limits.IdBytesMax;

    private static string Expected(IdKind kind) => kind switch
    {
        IdKind.Integer => "an integer",
        IdKind.Guid => "a Guid as text",
        _ => $"a text of 1 to {Limits.IdBytesMax} bytes",
    };

    private static string Describe(V1.ItemId? id) => id?.IdCase switch
    {
        V1.ItemId.IdOneofCase.Integer => $"the integer {id.Integer}",
        V1.ItemId.IdOneofCase.Text => $"\"{Shorten(id.Text)}\"",
        _ => "none",
    };

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}…";
}
