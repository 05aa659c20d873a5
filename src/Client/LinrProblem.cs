namespace Linr.Client;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The field, such as <c>filter</c> or <c>changes[3].upsert.fields["year"][0]</c>.</param>
/// <param name="Message">What was expected, and what was found.</param>
public sealed record LinrProblem(string Field, string Message);
