using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>A test that needs a device, and leaves nothing on it.</summary>
[Collection(CudaGroup.Name)]
[Trait("device", "cuda")]
public abstract class CudaTest : IDisposable
{
    private readonly string _before;

    protected CudaTest(CudaMachine machine)
    {
        Machine = machine;
        Context = machine.Context;
        _before = CudaOwners.Describe();
        Stream = new CudaStream(Context, "the test's stream");
    }

    protected CudaMachine Machine { get; }

    protected CudaContext Context { get; }

    protected CudaStream Stream { get; }

    public void Dispose()
    {
        Stream.Dispose();
        Assert.Equal(_before, CudaOwners.Describe());
        GC.SuppressFinalize(this);
    }

    protected DeviceBuffer<T> OnDevice<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var buffer = new DeviceBuffer<T>(Context, values.Length, "values of a test");
        Stream.Upload(values, buffer.Slice());
        return buffer;
    }

    protected T[] ToHost<T>(DeviceSlice<T> slice)
        where T : unmanaged
    {
        var values = new T[slice.Length];
        Stream.Download(slice, values);
        return values;
    }

    /// <summary>Managed bytes that this thread allocates in 20 calls, after two to warm up.</summary>
    protected static long AllocatedBytes(Action call)
    {
        // The second call may still make what it keeps from then on.
        call();
        call();
        return Allocations.OfPass(call, calls: 20);
    }
}
