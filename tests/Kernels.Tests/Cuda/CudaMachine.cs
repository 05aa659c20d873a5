using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>
/// The device that tests run on: the first one. Without one they skip with the driver's own sentence;
/// LINR_REQUIRE_CUDA=1 makes that a failure. At the end nothing may be left.
/// </summary>
public sealed class CudaMachine : IDisposable
{
    private CudaContext? _context;

    /// <summary>Leaks that a test made on purpose.</summary>
    public long ExpectedLeaks { get; set; }

    /// <summary>Whether a test broke the context on purpose, so that giving back fails.</summary>
    public bool IsBroken { get; set; }

    public CudaContext Context
    {
        get
        {
            Require();
            return _context ??= new CudaContext(CudaDevice.Get(0));
        }
    }

    public static void Require()
    {
        bool isThere = CudaDriver.TryLoad(out string? reason);
        if (Environment.GetEnvironmentVariable("LINR_REQUIRE_CUDA") == "1")
        {
            Assert.True(isThere, reason);
        }

        Assert.SkipUnless(isThere, reason ?? string.Empty);
    }

    /// <summary>
    /// For tests of the driver's compiler, of faults, and of kernels that wait for the host: the emulator compiles nothing,
    /// ends the process at a fault, and runs kernels only while the host waits.
    /// </summary>
    public void RequirePtx()
        => Assert.SkipWhen(
            Context.Device.Name.Contains("emulator", StringComparison.OrdinalIgnoreCase),
            $"{Context.Device} has no compiler and does not run beside the host.");

    public void Dispose()
    {
        _context?.Dispose();
        Assert.Equal("none", CudaOwners.Describe());
        Assert.Equal(ExpectedLeaks, CudaOwners.LeakCount);
        Assert.Equal(IsBroken, CudaOwners.FreeFailureCount > 0);
    }
}
