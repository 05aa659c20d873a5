namespace Linr.Server.Wire;

/// <summary>What is wrong with a field of a request.</summary>
/// <param name="Field">The field, as the contract has it, such as <c>filter.parameters["year"]</c>.</param>
/// <param name="Message">What was expected and what came.</param>
internal sealed record WireProblem(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";
}
