using System.Globalization;
using Linr.Index;
using Linr.Index.Embeddings;

namespace Linr.Engine.Quantization;

/// <summary>The check of <see cref="QuantizationOptions"/> against a table.</summary>
internal static class QuantizationCheck
{
    /// <summary>The embedding that they name.</summary>
    /// <exception cref="ArgumentException">
    /// An option is wrong; it says which, what was expected and what was found.
    /// </exception>
    public static EmbeddingColumn Check(ItemTable table, QuantizationOptions options)
    {
        AtLeastOne(nameof(options.QueryCount), options.QueryCount);
        AtLeastOne($"{nameof(options.Ks)}.{nameof(options.Ks.Count)}", options.Ks.Count);
        AtLeastOne(nameof(options.ThreadCount), options.ThreadCount);
        foreach (double share in options.KeepShares)
        {
            if (!(share is > 0 and <= 1))
            {
                throw Unfit(nameof(options.KeepShares), "above 0 and at most 1", share);
            }
        }

        foreach (int bits in options.Bits)
        {
            if (!EmbeddingCodes.IsBits(bits))
            {
                throw Unfit(
                    nameof(options.Bits),
                    $"multiples of {Limits.CodeBitsMin} from {Limits.CodeBitsMin} to {Limits.CodeBitsMax}",
                    bits);
            }
        }

        foreach (int k in options.Ks)
        {
            AtLeastOne(nameof(options.Ks), k);
        }

        int least = options.Ks.Min();
        EmbeddingColumn column = Find(table, options.Embedding);
        if (column.Schema.RowType == RowType.None)
        {
            throw new ArgumentException(
                $"Expected an embedding with rows, to measure recall; \"{column.Schema.Name}\" has codes alone.");
        }

        return table.Rows > least
            ? column
            : throw new ArgumentException(
                $"Expected more than {least} items, to measure recall@{least}; found {table.Rows}.");
    }

    private static EmbeddingColumn Find(ItemTable table, string? name)
    {
        if (table.Embeddings.Count == 0)
        {
            throw new ArgumentException("The model has no embedding to search by.");
        }

        if (name is null)
        {
            return table.Embeddings[0];
        }

        string known = string.Join(", ", table.Embeddings.Select(one => one.Schema.Name));
        return table.FindEmbedding(name) ?? throw new ArgumentException(
            $"{nameof(QuantizationOptions.Embedding)}: expected one of {known}; found \"{name}\".");
    }

    private static void AtLeastOne(string name, int found)
    {
        if (found < 1)
        {
            throw Unfit(name, "1 or more", found);
        }
    }

    private static ArgumentException Unfit(string name, string expected, double found)
        => new($"{name}: expected {expected}; found {found.ToString(CultureInfo.InvariantCulture)}.");
}
