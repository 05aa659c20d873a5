namespace Linr.Engine.Listing;

/// <summary>Finds everything that is wrong with what is asked of items by their ids or a filter.</summary>
internal static class ListingCheck
{
    /// <summary>Refuses a wrong request for a page.</summary>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    public static void ThrowIfWrong(ScrollRequest request, Schema schema)
    {
        var problems = new List<string>();
        if (request.Filter is not null && request.PreparedFilter is not null)
        {
            problems.Add("Expected one of Filter and PreparedFilter; found both.");
        }

        if (request.Limit is < 1 or > Limits.ScrollMax)
        {
            problems.Add($"Limit: expected 1 to {Limits.ScrollMax}; found {request.Limit}.");
        }

        if (request.After is { } after && after.Kind != schema.IdKind)
        {
            problems.Add($"After: expected an id of kind {schema.IdKind}; found {after.Kind} ({after}).");
        }

        AddFieldProblems(request.Fields, nameof(request.Fields), schema, problems);
        ThrowIfAny(problems, nameof(request));
    }

    /// <summary>Refuses a wrong request for items by their ids.</summary>
    /// <exception cref="ArgumentException">It is wrong; the message lists every problem.</exception>
    public static void ThrowIfWrong(IReadOnlyList<ItemId> ids, IEnumerable<string>? fields, Schema schema)
    {
        var problems = new List<string>();
        if (ids.Count > Limits.ScrollMax)
        {
            problems.Add($"Ids: expected at most {Limits.ScrollMax}; found {ids.Count}.");
        }

        foreach (ItemId id in ids.Where(id => id.Kind != schema.IdKind).Take(1))
        {
            problems.Add($"Ids: expected ids of kind {schema.IdKind}; found {id.Kind} ({id}).");
        }

        AddFieldProblems(fields, "Fields", schema, problems);
        ThrowIfAny(problems, nameof(ids));
    }

    private static void AddFieldProblems(
        IEnumerable<string>? fields, string name, Schema schema, List<string> problems)
        => problems.AddRange((fields ?? []).Where(field => schema.FindField(field) is null)
            .Select(field => $"{name}: the model has no field \"{field}\"."));

    private static void ThrowIfAny(List<string> problems, string parameter)
    {
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), parameter);
        }
    }
}
