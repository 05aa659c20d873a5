namespace Linr.Server.Security;

/// <summary>Scopes as words: read, write and admin.</summary>
public static class ScopeWords
{
    /// <summary>The words, for messages.</summary>
    public const string Known = "read, write or admin";

    private static readonly (string Word, Scopes Scope)[] s_words =
        [("read", Scopes.Read), ("write", Scopes.Write), ("admin", Scopes.Admin)];

    /// <summary>The scope of a word; <see cref="Scopes.None"/> where it is none.</summary>
    public static Scopes Find(ReadOnlySpan<char> word)
    {
        foreach ((string known, Scopes scope) in s_words)
        {
            if (word.SequenceEqual(known))
            {
                return scope;
            }
        }

        return Scopes.None;
    }

    /// <summary>All scopes of a list of words.</summary>
    /// <param name="words">The words, of which there must be some.</param>
    /// <param name="field">What they are of, for the message.</param>
    /// <exception cref="FormatException">There is none, or one that is no scope.</exception>
    public static Scopes Parse(IEnumerable<string> words, string field)
    {
        Scopes scopes = Scopes.None;
        foreach (string word in words)
        {
            Scopes one = Find(word);
            scopes |= one != Scopes.None
                ? one : throw new FormatException($"{field}: expected {Known}; found \"{word}\".");
        }

        return scopes != Scopes.None ? scopes : throw new FormatException($"{field}: expected {Known}; found none.");
    }

    /// <summary>The words of scopes.</summary>
    public static IEnumerable<string> Of(Scopes scopes)
        => s_words.Where(one => scopes.HasFlag(one.Scope)).Select(one => one.Word);
}
