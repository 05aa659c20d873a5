namespace Linr.Filters;

/// <summary>The keys of one object of the JSON form, gathered until its end.</summary>
internal sealed class JsonClause
{
    public string? Attribute { get; set; }

    /// <summary>The filter that the object's other keys make, when they are not bounds.</summary>
    public Func<string, Filter>? Test { get; set; }

    /// <summary>A filter that needs no attribute.</summary>
    public Filter? Whole { get; set; }

    public RangeBound? Low { get; set; }

    public RangeBound? High { get; set; }
}
