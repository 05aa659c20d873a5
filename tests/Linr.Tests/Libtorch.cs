using Linr.Training.Torch;

namespace Linr.Tests;

/// <summary>Tests that need libtorch skip where it is missing, and fail where it must be there.</summary>
internal static class Libtorch
{
    public static void Require()
    {
        try
        {
            TorchFolder.Find(null);
        }
        catch (TorchLibraryException error) when (Environment.GetEnvironmentVariable("LINR_REQUIRE_LIBTORCH") != "1")
        {
            Assert.Skip(error.Message);
        }
    }
}
