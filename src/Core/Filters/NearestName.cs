namespace Linr.Filters;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The message for a name that is not among the known ones.</summary>
    public static string Unknown(string what, string name, IEnumerable<string> known)
    {
        string? nearest = Find(name, known);
        return nearest is null
            ? $"There is no {what} \"{name}\"."
            : $"There is no {what} \"{name}\"; did you mean \"{nearest}\"?";
    }

    /// <summary>
    /// The nearest known name, or null when none is within a third of its length in single-letter edits.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        int least = Math.Max(1, Math.Min(name.Length, Limits.NameLengthMax) / 3) + 1;
        foreach (string candidate in known)
        {
            int edits = Edits(name, candidate, least);
            if (edits < least)
            {
                least = edits;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>
    /// Levenshtein's distance without regard to case; <paramref name="limit"/> when it is not below that.
    /// </summary>
    private static int Edits(string left, string right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) >= limit)
        {
            return limit;
        }

        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                int same = char.ToUpperInvariant(left[i]) == char.ToUpperInvariant(right[j]) ? 0 : 1;
                int edits = Math.Min(diagonal + same, Math.Min(row[j], row[j + 1]) + 1);
                diagonal = row[j + 1];
                row[j + 1] = edits;
            }
        }

        return Math.Min(row[^1], limit);
    }
}
