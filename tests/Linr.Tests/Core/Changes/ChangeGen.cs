using CsCheck;

namespace Linr.Tests.Core.Changes;

/// <summary>Changes of every kind, with values of every type.</summary>
internal static class ChangeGen
{
    private static readonly Gen<string> s_text = Gen.String[Gen.Char["ab \0é€\"漢"], 0, 12];

    private static readonly Gen<ItemId> s_id = Gen.OneOf(
        Gen.Long.Select(id => new ItemId(id)),
        Gen.Guid.Select(id => new ItemId(id)),
        Gen.String[Gen.Char["xyz€"], 1, 20].Select(id => new ItemId(id)));

    private static readonly Gen<Value> s_value = Gen.OneOf(
        s_text.Select(Value.OfKeyword),
        Gen.Long.Select(Value.OfInteger),
        Gen.OneOf(Gen.Double, Gen.Const(double.NaN), Gen.Const(-0.0)).Select(Value.OfFloat),
        Gen.Bool.Select(Value.OfBoolean),
        Gen.Long.Select(Value.OfDateMicroseconds),
        s_text.Select(Value.OfText),
        Gen.Byte.Array[0, 9].Select(Value.OfBytes),
        s_text.Select(Value.OfJson));

    private static readonly Gen<float> s_float = Gen.UInt.Select(BitConverter.UInt32BitsToSingle);

    private static readonly Gen<string> s_name = Gen.String[Gen.Char["abcé"], 1, 4];

    private static readonly Gen<Item> s_item =
        from id in s_id
        from fields in Gen.Select(s_name, s_value.Array[0, 3]).Array[0, 5]
        from embeddings in Gen.Select(s_name, s_float.Array[0, 9]).Array[0, 3]
        select new Item
        {
            Id = id,
            Fields = fields.DistinctBy(field => field.Item1)
                .ToDictionary(field => field.Item1, field => (IReadOnlyList<Value>)field.Item2),
            Embeddings = embeddings.DistinctBy(one => one.Item1)
                .ToDictionary(one => one.Item1, one => (ReadOnlyMemory<float>)one.Item2),
        };

    private static readonly Gen<long?> s_version = Gen.OneOf(Gen.Const((long?)null), Gen.Long.Select(at => (long?)at));

    public static readonly Gen<ItemChange> Change =
        from item in s_item
        from version in s_version
        from kind in Gen.Int[0, 2]
        select kind switch
        {
            0 => ItemChange.Upsert(item, version),
            1 => ItemChange.Update(item, version),
            _ => ItemChange.Delete(item.Id, version),
        };
}
