using Linr.Training.Torch;

namespace Linr.Training.Tests;

/// <summary>Tests that need libtorch skip where it is missing, and fail where it must be there.</summary>
internal static class Libtorch
{
    public static void Require()
    {
        try
        {
            TorchLibrary.Load(folder: null, threadCount: 1);
        }
        catch (TorchLibraryException error) when (Environment.GetEnvironmentVariable("LINR_REQUIRE_LIBTORCH") != "1")
        {
            Assert.Skip(error.Message);
        }
    }
}
