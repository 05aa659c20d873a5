using System.Text;
using Linr.Formats;
using Linr.Formats.Text;
using Linr.Ingest.Internal;

namespace Linr.Tests.Ingest;

/// <summary>A change that was refused is kept as a line that is read as the same change.</summary>
public sealed class ChangeTextTests
{
    private static readonly float[] s_embedding = [-0f, float.Epsilon, 0.1f, -float.MaxValue];

    private static readonly Schema s_schema = new()
    {
        IdKind = IdKind.Integer,
        Fields =
        [
            new FieldSchema("facts", FieldType.Json, FieldRoles.Stored),
            new FieldSchema("several", FieldType.Json, FieldRoles.Stored, MultiValued: true),
            new FieldSchema("word", FieldType.Keyword, FieldRoles.Attribute),
        ],
        Embeddings = [new EmbeddingSchema("v", 4)],
    };

    [Theory]
    [InlineData("""[{"a":1}]""", """{"b":[]}""")]
    [InlineData("\"text\"", "[1,[2]]")]
    [InlineData("7", "true")]
    public void Values_of_JSON_and_numbers_of_embeddings_come_back_as_they_were(string one, string other)
    {
        string line = ChangeText.Of(
            ItemChange.Update(
                new Item
                {
                    Id = 3,
                    Fields = new Dictionary<string, IReadOnlyList<Value>>
                    {
                        ["facts"] = [Value.OfJson(one)],
                        ["several"] = [Value.OfJson(other), Value.OfJson(one)],
                        ["word"] = [],
                    },
                    Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["v"] = s_embedding },
                },
                version: 4),
            s_schema);
        using var source = new JsonRecordSource("line", "line");
        source.Set(Encoding.UTF8.GetBytes(line), 1);
        source.Read();
        ItemChange read = new ItemChangeReader(source, new ItemOptions { Schema = s_schema }).Read();
        Assert.Equal((ChangeKind.Update, 4L), (read.Kind, read.Version));
        Assert.Equal([one], read.Item.Fields["facts"].Select(value => value.Text));
        Assert.Equal([other, one], read.Item.Fields["several"].Select(value => value.Text));
        Assert.Empty(read.Item.Fields["word"]);
        Assert.Equal(
            s_embedding.Select(BitConverter.SingleToInt32Bits),
            read.Item.Embeddings["v"].ToArray().Select(BitConverter.SingleToInt32Bits));
    }
}
