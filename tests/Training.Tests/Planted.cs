using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Training.Tests;

/// <summary>
/// Data whose right answer is known: users and items fall into groups, a user touches items of one group only, and all
/// items are about equally popular, so that popularity knows nothing.
/// </summary>
internal static class Planted
{
    public const int Groups = 6;
    public const int ItemsPerGroup = 20;

    public static Schema Schema { get; } = new()
    {
        IdKind = IdKind.Integer,
        Fields =
        [
            new FieldSchema("group", FieldType.Keyword, FieldRoles.Feature | FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("title", FieldType.Text, FieldRoles.Feature),
            new FieldSchema("size", FieldType.Integer, FieldRoles.Feature),
            new FieldSchema("free", FieldType.Boolean, FieldRoles.Feature),
        ],
    };

    public static TrainingOptions Options { get; } = new()
    {
        Dim = 16,
        HiddenWidth = 24,
        KeywordDim = 8,
        TextBuckets = 512,
        HistoryLength = 8,
        Heads = 2,
        BatchSize = 64,
        UniformNegatives = 32,
        LearningRate = 0.01,
        WarmupSteps = 5,
        Epochs = 4,
        Patience = 4,
        Seed = 11,
    };

    public static Item Item(int id) => new()
    {
        Id = (ItemId)(long)id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["group"] = id % 7 == 0 ? [] : ["g" + (id % Groups), "all"],
            ["title"] = [Value.OfText($"Item {id} of Group-{id % Groups}")],
            ["size"] = id % 5 == 0 ? [] : [(Value)(long)(id * id)],
            ["free"] = [(Value)(id % 2 == 0)],
        },
    };

    public static InteractionDataset Data(
        IEnumerable<int>? items = null,
        InteractionOrder order = InteractionOrder.File,
        int users = 240,
        double coldShare = 0,
        long seed = 1)
    {
        int[] ids = [.. items ?? Enumerable.Range(1, Groups * ItemsPerGroup)];
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(Schema, ids.Select(Item)));
        var random = new SplitMix(5);
        for (int user = 0; user < users; user++)
        {
            int[] own = [.. ids.Where(id => id % Groups == user % Groups)];
            random.Shuffle<int>(own);
            foreach (int item in own.Take(8))
            {
                builder.Add(new Interaction((long)user, (long)item));
            }
        }

        return builder.Build(order, seed, coldShare);
    }
}
