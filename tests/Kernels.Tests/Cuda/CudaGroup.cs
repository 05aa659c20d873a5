namespace Linr.Kernels.Tests.Cuda;

/// <summary>Tests on the device run one after another, because they count what the process owns there.</summary>
[CollectionDefinition(Name)]
public sealed class CudaGroup : ICollectionFixture<CudaMachine>
{
    public const string Name = "cuda";
}
