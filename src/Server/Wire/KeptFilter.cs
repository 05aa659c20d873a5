using Linr.Filters;

namespace Linr.Server.Wire;

/// <summary>A filter, and what checking it against the last schema gave: versions of a model come and go.</summary>
/// <param name="filter">The filter.</param>
internal sealed class KeptFilter(Filter filter)
{
    private PreparedFilter? _prepared;

    public Filter Filter => filter;

    /// <summary>The filter, checked.</summary>
    /// <exception cref="FilterException">It does not fit the schema.</exception>
    public PreparedFilter For(Schema schema)
    {
        PreparedFilter? known = Volatile.Read(ref _prepared);
        if (known is null || !ReferenceEquals(known.Schema, schema))
        {
            known = PreparedFilter.Prepare(filter, schema);
            Volatile.Write(ref _prepared, known);
        }

        return known;
    }
}
