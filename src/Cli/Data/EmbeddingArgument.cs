using Linr.Cli.Terminal;

namespace Linr.Cli.Data;

/// <summary>A NAME=FILE argument, of `--embedding` or of a tower.</summary>
internal sealed record EmbeddingArgument(string Name, string Path)
{
    /// <exception cref="ArgumentException">An argument is no such pair.</exception>
    /// <exception cref="IOException">A file is not there.</exception>
    public static IReadOnlyList<EmbeddingArgument> Parse(string[]? arguments)
        => [.. (arguments ?? []).Select(argument => Parse("--embedding", argument))];

    /// <summary>One argument of an option.</summary>
    /// <exception cref="ArgumentException">It is no such pair.</exception>
    /// <exception cref="IOException">The file is not there.</exception>
    public static EmbeddingArgument Parse(string option, string argument)
    {
        (string name, string path) = ArgumentText.Pair(option, "NAME=FILE", argument);
        return new EmbeddingArgument(name, FileCheck.Existing(option, path));
    }
}
