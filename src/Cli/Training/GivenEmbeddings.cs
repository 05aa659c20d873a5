using Linr.Cli.Data;
using Linr.Formats;
using Linr.Training.Embeddings;

namespace Linr.Cli.Training;

/// <summary>Embeddings from elsewhere, of `linr train --embedding NAME=FILE`.</summary>
internal static class GivenEmbeddings
{
    /// <summary>The data with these embeddings as if their items came with them.</summary>
    /// <param name="data">The data.</param>
    /// <param name="arguments">Names and files.</param>
    /// <param name="ofTowers">The name that the towers' embedding will have.</param>
    /// <exception cref="ArgumentException">
    /// A name is taken, or a file is of other items: when opened, or when the items are read.
    /// </exception>
    /// <exception cref="DataFormatException">A file is not of its format: likewise.</exception>
    public static DataSet AddTo(DataSet data, IReadOnlyList<EmbeddingArgument> arguments, string ofTowers)
    {
        string[] taken = [ofTowers, EmbeddingTrainer.Graph, EmbeddingTrainer.Text];
        if (data.Schema.Embeddings.FirstOrDefault(one => taken.Contains(one.Name)) is { } clash)
        {
            throw new ArgumentException(
                $"Expected items whose embeddings are not named {string.Join(", ", taken)}; found \"{clash.Name}\".");
        }

        foreach (EmbeddingArgument argument in arguments)
        {
            IEnumerable<string> known = taken.Concat(data.Schema.Embeddings.Select(one => one.Name));
            if (known.Contains(argument.Name))
            {
                throw new ArgumentException(
                    $"--embedding: expected another name than {string.Join(", ", known)}; found \"{argument.Name}\".");
            }

            using EmbeddingReader reader = EmbeddingFile.Open(argument.Path);
            var added = new EmbeddingSchema(argument.Name, reader.Dim);
            data = data with
            {
                Schema = data.Schema with { Embeddings = data.Schema.Embeddings.Add(added) },
                Items = reader.HasIds
                    ? ById(data.Items, argument, data.Schema.IdKind) : ByPlace(data.Items, argument),
            };
        }

        return data;
    }

    // In the order of the items: never more than one row in memory.
    private static IEnumerable<Item> ByPlace(IEnumerable<Item> items, EmbeddingArgument argument)
    {
        using EmbeddingReader reader = EmbeddingFile.Open(argument.Path);
        long count = 0;
        foreach (Item item in items)
        {
            count++;
            yield return reader.Read()
                ? With(item, argument.Name, reader.Values.ToArray()) : throw Other(argument, count, reader.Count);
        }

        if (reader.Read())
        {
            throw Other(argument, count, reader.Count);
        }
    }

    // Where there are no items, the file says which there are.
    private static IEnumerable<Item> ById(IEnumerable<Item> items, EmbeddingArgument argument, IdKind idKind)
    {
        var rows = new Dictionary<ItemId, float[]>();
        using EmbeddingReader reader = EmbeddingFile.Open(argument.Path, new EmbeddingOptions { IdKind = idKind });
        while (reader.Read())
        {
            rows[reader.Id] = reader.Values.ToArray();
        }

        bool hasItems = false;
        foreach (Item item in items)
        {
            hasItems = true;
            yield return rows.Remove(item.Id, out float[]? row) ? With(item, argument.Name, row) : item;
        }

        if (!hasItems)
        {
            foreach ((ItemId id, float[] row) in rows)
            {
                yield return With(new Item { Id = id }, argument.Name, row);
            }
        }
        else if (rows.Count > 0)
        {
            throw new ArgumentException(
                $"--embedding {argument.Name}: expected ids of the items; found {rows.Keys.First()} in {argument.Path}.");
        }
    }

    private static Item With(Item item, string name, float[] row) => item with
    {
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>>(item.Embeddings) { [name] = row },
    };

    private static ArgumentException Other(EmbeddingArgument argument, long items, long? rows) => new(
        $"--embedding {argument.Name}: expected a row an item, {items} at least; found {rows} in {argument.Path}.");
}
