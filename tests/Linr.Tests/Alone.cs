namespace Linr.Tests;

/// <summary>Tests that count what the whole process holds, so that nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
