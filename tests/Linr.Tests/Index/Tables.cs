using System.Globalization;
using Linr.Index;
using Linr.Index.Ids;

namespace Linr.Tests.Index;

/// <summary>Small tables that tests share.</summary>
internal static class Tables
{
    /// <summary>A field of every type, single- and multi-valued where that is allowed, and two embeddings.</summary>
    public static Schema EveryField(IdKind idKind = IdKind.Integer) => new()
    {
        IdKind = idKind,
        Fields =
        [
            new("section", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Stored),
            new("tags", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Feature, MultiValued: true),
            new("size", FieldType.Integer, FieldRoles.Attribute),
            new("years", FieldType.Integer, FieldRoles.Attribute, MultiValued: true),
            new("price", FieldType.Float, FieldRoles.Attribute),
            new("weights", FieldType.Float, FieldRoles.Stored, MultiValued: true),
            new("essential", FieldType.Boolean, FieldRoles.Attribute),
            new("flags", FieldType.Boolean, FieldRoles.Attribute, MultiValued: true),
            new("added", FieldType.Date, FieldRoles.Attribute),
            new("edits", FieldType.Date, FieldRoles.Stored, MultiValued: true),
            new("description", FieldType.Text, FieldRoles.Feature | FieldRoles.Stored),
            new("extra", FieldType.Json, FieldRoles.Stored),
            new("icon", FieldType.Bytes, FieldRoles.Stored),
        ],
        Embeddings = [new("main", 5), new("half", 8, Metric.Dot, RowType.Float16)],
    };

    /// <summary>The id of a number, of any kind.</summary>
    public static ItemId IdOf(IdKind kind, long number) => kind switch
    {
        IdKind.Integer => new ItemId(number),
        IdKind.Guid => new ItemId(new Guid((int)number, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8)),
        _ => new ItemId("item-" + number.ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>
    /// A table of integer ids 0 to <paramref name="rows"/> and one multi-valued and one single keyword.
    /// </summary>
    public static ItemTable Keywords(int rows, Func<int, IReadOnlyList<string>> tags, Func<int, string?> section)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new("tags", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
                new("section", FieldType.Keyword, FieldRoles.Attribute),
            ],
        };
        using var builder = new ItemTableBuilder(schema, DuplicateIds.Refuse);
        for (int row = 0; row < rows; row++)
        {
            var fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["tags"] = [.. tags(row).Select(Value.OfKeyword)],
            };
            if (section(row) is { } one)
            {
                fields["section"] = [one];
            }

            builder.Append(new Item { Id = row, Fields = fields });
        }

        return builder.Build();
    }
}
