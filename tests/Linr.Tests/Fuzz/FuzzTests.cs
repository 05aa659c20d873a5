namespace Linr.Tests.Fuzz;

/// <summary>
/// Parsers and bytes that are not trusted, for seconds; <see cref="FuzzLongTests"/> goes on for hours.
/// </summary>
public sealed class FuzzTests
{
    private const int Inputs = 40_000;

    public static TheoryData<string> Names => [.. FuzzTargets.Create().Select(target =>
    {
        using (target)
        {
            return target.Name;
        }
    })];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_bytes_parse_and_come_back_or_are_refused_as_documented(string name)
    {
        IReadOnlyList<IFuzzTarget> targets = FuzzTargets.Create();
        try
        {
            var run = new FuzzRun(targets.Single(target => target.Name == name), Random.Shared.Next());
            run.Run(Inputs);

            // Else nothing but refusals would have been tried.
            Assert.InRange(run.Parsed, Inputs / 16, Inputs);
        }
        finally
        {
            foreach (IFuzzTarget target in targets)
            {
                target.Dispose();
            }
        }
    }
}
