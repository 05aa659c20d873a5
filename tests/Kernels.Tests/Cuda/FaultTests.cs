using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>An error inside a kernel breaks the context for the whole process, so it has one of its own.</summary>
public sealed class FaultTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void A_fault_in_a_kernel_is_told_by_the_wait()
    {
        Machine.RequirePtx();
        string output = ChildRun.Of<FaultTests>(nameof(Write_to_an_address_that_is_not_there));
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public void Write_to_an_address_that_is_not_there()
    {
        using CudaModule module = TestPtx.Load(Context);
        Machine.IsBroken = true;
        module.GetKernel("line").Launch(new LaunchShape(1, 1), Stream, 64L, 64L, 1f, 1f, 1);
        var error = Assert.Throws<CudaException>(Stream.Synchronize);
        Assert.Equal("CUDA_ERROR_ILLEGAL_ADDRESS", error.ErrorName);
        Assert.StartsWith("cuStreamSynchronize of stream 'the test's stream'", error.Message, StringComparison.Ordinal);

        // Giving back fails from now on, but quietly.
        module.Dispose();
        Assert.NotEqual(0, CudaOwners.FreeFailureCount);
        Assert.Throws<CudaException>(() => new DeviceBuffer<int>(Context, 1, "too late"));
    }
}
