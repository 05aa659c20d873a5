using System.IO.Hashing;
using System.Text;
using Linr.Engine.Towers;

namespace Linr.Training.Data;

/// <summary>The hashed tokens of the items' text and keyword features, a bag an item, and how rare each token is.</summary>
internal sealed class ContentTokens
{
    /// <summary>What tokens are hashed to: far above the different tokens of most catalogues, hardly two share one.</summary>
    public const int Buckets = 1 << 22;

    private readonly CodeBags _bags = new();

    /// <summary>Reads all items.</summary>
    public ContentTokens(ItemCatalogue catalogue)
    {
        FieldSchema[] fields =
        [
            .. catalogue.Schema.Fields.Where(
                field => field.IsFeature && field.Type is FieldType.Text or FieldType.Keyword),
        ];
        HasFields = fields.Length > 0;
        foreach (Item item in catalogue.Items)
        {
            AddBag(item, fields);
        }

        Rarity = RarityOf(_bags);
    }

    /// <summary>Whether items have such features.</summary>
    public bool HasFields { get; }

    /// <summary>The bags, by row.</summary>
    public CodeBags Bags => _bags;

    /// <summary>log(items / items that have it) of each token.</summary>
    public float[] Rarity { get; }

    private void AddBag(Item item, FieldSchema[] fields)
    {
        foreach (FieldSchema field in fields)
        {
            foreach (Value value in item.Fields.GetValueOrDefault(field.Name) ?? [])
            {
                if (field.Type == FieldType.Text)
                {
                    TextTokens.Append(value.Text, Buckets, pairs: false, _bags);
                }
                else
                {
                    // A keyword is one token of its field, not its words.
                    byte[] keyword = Encoding.UTF8.GetBytes($"{field.Name}={value.Text}");
                    _bags.Add((int)(XxHash3.HashToUInt64(keyword) % Buckets));
                }
            }
        }

        _bags.EndBag();
    }

    private static float[] RarityOf(CodeBags tokens)
    {
        int[] counts = new int[Buckets];
        int[] last = new int[Buckets];
        Array.Fill(last, -1);
        for (int item = 0; item < tokens.Count; item++)
        {
            foreach (int token in tokens[item])
            {
                counts[token] += last[token] == item ? 0 : 1;
                last[token] = item;
            }
        }

        return Array.ConvertAll(counts, count => count == 0 ? 0 : MathF.Log((float)tokens.Count / count));
    }
}
