namespace Linr.Kernels.Tests;

/// <summary>Tests that no other test may run beside.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}
