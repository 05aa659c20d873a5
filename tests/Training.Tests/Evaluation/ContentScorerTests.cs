using Linr.Formats;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests.Evaluation;

public sealed class ContentScorerTests
{
    [Fact]
    public void Scores_equal_the_hand_computed_cosine()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("title", FieldType.Text, FieldRoles.Feature),
                new FieldSchema("kind", FieldType.Keyword, FieldRoles.Feature),
                new FieldSchema("note", FieldType.Text, FieldRoles.Stored),
            ],
        };
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(
            schema, [One(1, "red fox", "a"), One(2, "red red dog", "b"), One(3, "cat", "a"), One(4, "", "")]));
        builder.Add(new Interaction(9L, 1L));
        builder.Add(new Interaction(9L, 3L));
        InteractionDataset data = builder.Build(InteractionOrder.File);
        float[] scores = new float[4];
        new ContentScorer(data).Score(data, [new EvaluationCase(0, 1, SeenCount: 1)], scores);

        // Of 4 items "red" and kind "a" are in two, the other tokens in one; "a red fox" as a word is no kind.
        double common = Math.Log(2);
        double rare = Math.Log(4);
        double first = Math.Sqrt((2 * common * common) + (rare * rare));
        double second = Math.Sqrt((4 * common * common) + (2 * rare * rare));
        double third = Math.Sqrt((common * common) + (rare * rare));
        Assert.Equal(1, scores[0], 5);
        Assert.Equal(2 * common * common / (first * second), scores[1], 5);
        Assert.Equal(common * common / (first * third), scores[2], 5);
        Assert.Equal(0, scores[3]);
    }

    private static Item One(long id, string title, string kind) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["title"] = [Value.OfText(title)],
            ["kind"] = kind.Length == 0 ? [] : [Value.OfKeyword(kind)],
            ["note"] = [Value.OfText("the same in all")],
        },
    };
}
