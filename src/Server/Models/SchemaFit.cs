namespace Linr.Server.Models;

/// <summary>Whether requests that a version answers can be answered by another.</summary>
internal static class SchemaFit
{
    /// <summary>What is in the way; nothing where the other takes every request.</summary>
    /// <param name="now">The schema of the live version.</param>
    /// <param name="next">The schema of the other.</param>
    public static IEnumerable<string> FindProblems(Schema now, Schema next)
    {
        if (now.IdKind != next.IdKind)
        {
            yield return $"ids: expected kind {now.IdKind}, as the live version has; found {next.IdKind}";
        }

        foreach (FieldSchema field in now.Fields)
        {
            string expected = Describe(field);
            if (next.FindField(field.Name) is not { } found)
            {
                yield return $"field \"{field.Name}\": expected {expected}, as the live version has; found none";
            }
            else if (found.Type != field.Type || found.MultiValued != field.MultiValued
                || (field.IsAttribute && !found.IsAttribute))
            {
                yield return $"field \"{field.Name}\": expected {expected}, as the live version has; "
                    + $"found {Describe(found)}";
            }
        }
    }

    private static string Describe(FieldSchema field)
        => $"{(field.MultiValued ? "several values" : "one value")} of type {field.Type}"
            + (field.IsAttribute ? " as an attribute" : string.Empty);
}
