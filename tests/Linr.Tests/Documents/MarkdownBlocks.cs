using Linr.Tests.Repository;

namespace Linr.Tests.Documents;

/// <summary>The fenced blocks of the repository's documents.</summary>
internal static class MarkdownBlocks
{
    /// <summary>Every document for users, by its path in the repository.</summary>
    public static IEnumerable<string> Documents
        => Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path))
            .Append("README.md")
            .Append("CONTRIBUTING.md")
            .Order(StringComparer.Ordinal);

    /// <summary>The blocks of one document that are of a language; "" is of none.</summary>
    public static IEnumerable<string> Of(string document, string language)
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, document));
        for (int start = 0; start < lines.Length; start++)
        {
            if (!lines[start].StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.IndexOf(lines, "```", start + 1);
            if (lines[start][3..].Trim() == language)
            {
                yield return string.Join('\n', lines[(start + 1)..end]);
            }

            start = end;
        }
    }
}
