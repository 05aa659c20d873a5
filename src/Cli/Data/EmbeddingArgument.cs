using Linr.Cli.Terminal;

namespace Linr.Cli.Data;

/// <summary>A NAME=FILE argument of `--embedding`.</summary>
internal sealed record EmbeddingArgument(string Name, string Path)
{
    /// <exception cref="ArgumentException">An argument is no such pair.</exception>
    /// <exception cref="IOException">A file is not there.</exception>
    public static IReadOnlyList<EmbeddingArgument> Parse(string[]? arguments)
        => [.. (arguments ?? []).Select(ParseOne)];

    private static EmbeddingArgument ParseOne(string argument)
    {
        (string name, string path) = ArgumentText.Pair("--embedding", "NAME=FILE", argument);
        return new EmbeddingArgument(name, FileCheck.Existing("--embedding", path));
    }
}
