namespace Linr.Cli.Data;

/// <summary>A NAME=FILE argument of `--embedding`.</summary>
internal sealed record EmbeddingArgument(string Name, string Path)
{
    public static IReadOnlyList<EmbeddingArgument> Parse(string[]? arguments) => [.. (arguments ?? []).Select(ParseOne)];

    private static EmbeddingArgument ParseOne(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < argument.Length - 1
            ? new EmbeddingArgument(argument[..equals], argument[(equals + 1)..])
            : throw new ArgumentException($"--embedding: expected NAME=FILE; found \"{argument}\".");
    }
}
