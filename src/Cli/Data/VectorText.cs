using System.Collections.Immutable;
using System.Globalization;
using Linr.Formats;

namespace Linr.Cli.Data;

/// <summary>Reads the query vectors of `--vector`: [NAME=]numbers with commas, or [NAME=]FILE.npy.</summary>
internal static class VectorText
{
    public static ImmutableArray<EmbeddingQuery> Read(string[]? arguments, Schema schema)
        => [.. (arguments ?? []).Select(argument => ReadOne(argument, schema))];

    private static EmbeddingQuery ReadOne(string argument, Schema schema)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals > 0 ? argument[..equals]
            : schema.Embeddings.Length > 0 ? schema.Embeddings[0].Name
            : throw new ArgumentException("--vector: the model has no embedding.");
        string text = argument[(equals + 1)..];
        return new EmbeddingQuery(name, File.Exists(text) ? ReadFile(text) : ReadNumbers(text));
    }

    private static float[] ReadFile(string path)
    {
        using EmbeddingReader reader = EmbeddingFile.Open(path);
        return reader.Read()
            ? reader.Values.ToArray()
            : throw new ArgumentException($"--vector: expected a row in {path}; found none.");
    }

    private static float[] ReadNumbers(string text)
        => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
            float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
                ? number
                : throw new ArgumentException(
                    $"--vector: expected numbers separated by commas, or a file; found \"{part}\"."))];
}
