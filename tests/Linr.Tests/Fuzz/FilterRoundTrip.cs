using Linr.Filters;
using Linr.Tests.Engine.Filters;

namespace Linr.Tests.Fuzz;

/// <summary>What holds of every filter, however it was written.</summary>
internal static class FilterRoundTrip
{
    /// <summary>A random filter of some clauses.</summary>
    public static Filter Make(Random random) => new RandomItems(random, 2).Filter(random.Next(1, 6));

    /// <summary>Its text and its JSON are read as the same filter.</summary>
    /// <exception cref="FuzzFailureException">One is not.</exception>
    public static void Check(Filter filter)
    {
        string text = filter.ToString();
        string json = FilterJson.ToJson(filter);
        try
        {
            if (!Filter.Parse(text).Equals(filter))
            {
                throw new FuzzFailureException($"its text is another filter: {text}");
            }

            if (!FilterJson.Parse(json).Equals(filter))
            {
                throw new FuzzFailureException($"its JSON is another filter: {json}");
            }
        }
        catch (FilterException error)
        {
            throw new FuzzFailureException($"what it is written as is none: {text}; {json}: {error.Message}", error);
        }
    }
}
