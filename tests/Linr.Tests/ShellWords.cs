namespace Linr.Tests;

/// <summary>Splits a command as a shell does, as far as the documents and the demo need it.</summary>
internal static class ShellWords
{
    /// <summary>The words between spaces that are not in double quotes.</summary>
    public static string[] Split(string command)
        => [.. command.Split('"').SelectMany((part, place) => place % 2 == 1
            ? [part]
            : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
