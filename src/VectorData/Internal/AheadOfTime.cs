namespace Linr.VectorData;

/// <summary>Why records of a type of their own are not for programs compiled ahead of time.</summary>
internal static class AheadOfTime
{
    public const string Message =
        "The abstractions read a record's properties by reflection; dynamic collections work trimmed and ahead of time.";
}
