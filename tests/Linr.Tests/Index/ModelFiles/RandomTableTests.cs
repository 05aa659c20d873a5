using CsCheck;
using Linr.Index;
using Linr.Index.Ids;
using Linr.Index.ModelFiles;

namespace Linr.Tests.Index.ModelFiles;

public class RandomTableTests
{
    private static readonly Gen<Value>[] s_values =
    [
        Gen.String[Gen.Char['a', 'e'], 0, 3].Select(Value.OfKeyword),
        Gen.Long.Select(Value.OfInteger),
        Gen.Double.Where(value => !double.IsNaN(value)).Select(Value.OfFloat),
        Gen.Bool.Select(Value.OfBoolean),
        Gen.DateTime.Select(value => Value.OfDate(new DateTimeOffset(value.Ticks, TimeSpan.Zero))),
        Gen.String[Gen.Char[' ', '\u2fff'], 0, 20].Select(Value.OfText),
        Gen.Byte.Array[0, 20].Select(Value.OfBytes),
        Gen.Int.Select(value => Value.OfJson($"[{value}]")),
    ];

    private static readonly Gen<FieldSchema> s_field =
        from type in Gen.Enum<FieldType>()
        from multi in Gen.Bool
        select new FieldSchema("x", type, FieldRoles.Stored, multi && type <= FieldType.Date);

    private static readonly Gen<(Schema Schema, Item[] Items)> s_table =
        from kind in Gen.Enum<IdKind>()
        from fields in s_field.Array[0, 6]
        from embeddings in Gen.Select(Gen.Int[1, 9], Gen.Enum<Metric>(), Gen.Enum<RowType>(), Gen.Int[0, 3]).Array[0, 2]
        let schema = new Schema
        {
            IdKind = kind,
            Fields = [.. fields.Select((field, i) => field with { Name = $"f{i}" })],
            Embeddings = [.. embeddings.Select((one, i) => new EmbeddingSchema(
                $"e{i}",
                one.Item1,
                one.Item2,
                one.Item3,
                one.Item4 == 0 && one.Item3 != RowType.None ? null : new EmbeddingCodes(64 * Math.Max(1, one.Item4), (ulong)i)))],
        }
        from items in ItemOf(schema).Array[0, 40]
        select (schema, items);

    [Fact]
    public void Random_tables_come_back_from_their_files()
        => s_table.Sample(
            table =>
            {
                using var folder = new TemporaryFolder();
                using var builder = new ItemTableBuilder(table.Schema, DuplicateIds.LastWins);
                builder.Append(table.Items);
                using ItemTable built = builder.Build();
                Item[] expected = [.. table.Items.GroupBy(item => item.Id).Select(group => group.Last())];
                AssertItems(table.Schema, expected, built);

                ModelWriter.Write(folder.File("1"), new ModelContents { Items = built });
                using LoadedModel model = ModelReader.Open(folder.File("1"));
                ModelFileTests.AssertSameItems(built, model.Items);
                ModelWriter.Write(folder.File("2"), model.Contents());
                Assert.Equal(File.ReadAllBytes(folder.File("1")), File.ReadAllBytes(folder.File("2")));
            },
            iter: 150);

    // Every id that was given is found, in the order of first appearance, with the last values given for it.
    private static void AssertItems(Schema schema, Item[] expected, ItemTable table)
    {
        Assert.Equal(expected.Length, table.Rows);
        for (uint row = 0; row < table.Rows; row++)
        {
            Assert.True(table.IdMap.TryFind(expected[row].Id, out uint found));
            Assert.Equal(row, found);
            Item item = table.ReadItem(row);
            foreach (FieldSchema field in schema.Fields)
            {
                Assert.Equal(
                    expected[row].Fields.GetValueOrDefault(field.Name, []),
                    item.Fields.GetValueOrDefault(field.Name, []));
            }

            foreach (EmbeddingSchema embedding in schema.Embeddings.Where(one => one.RowType == RowType.Float32))
            {
                Assert.Equal(
                    expected[row].Embeddings[embedding.Name].ToArray().Select(BitConverter.SingleToInt32Bits),
                    item.Embeddings[embedding.Name].ToArray().Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    private static Gen<Item> ItemOf(Schema schema)
    {
        Gen<(string, IReadOnlyList<Value>)>[] fields =
        [
            .. schema.Fields.Select(field => ValueOf(field.Type).Array[0, field.MultiValued ? 4 : 1]
                .Select(values => (field.Name, (IReadOnlyList<Value>)values))),
        ];
        Gen<(string, float[])>[] embeddings =
        [
            .. schema.Embeddings.Select(
                one => Gen.Float[-1000, 1000].Array[one.Dim].Select(values => (one.Name, values))),
        ];
        return from id in Gen.Int[0, 30]
               from fieldValues in All(fields)
               from rows in All(embeddings)
               select new Item
               {
                   Id = Tables.IdOf(schema.IdKind, id - 15),
                   Fields = fieldValues.ToDictionary(one => one.Item1, one => one.Item2),
                   Embeddings = rows.ToDictionary(one => one.Item1, one => (ReadOnlyMemory<float>)one.Item2),
               };
    }

    private static Gen<Value> ValueOf(FieldType type) => type switch
    {
        FieldType.Keyword => s_values[0],
        FieldType.Integer => s_values[1],
        FieldType.Float => s_values[2],
        FieldType.Boolean => s_values[3],
        FieldType.Date => s_values[4],
        FieldType.Text => s_values[5],
        FieldType.Bytes => s_values[6],
        _ => s_values[7],
    };

    private static Gen<List<T>> All<T>(Gen<T>[] gens)
        => gens.Aggregate(
            Gen.Const(0).Select(_ => new List<T>()),
            (list, gen) => Gen.Select(list, gen, (all, one) => new List<T>(all) { one }));
}
