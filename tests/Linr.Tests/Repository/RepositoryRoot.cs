namespace Linr.Tests.Repository;

/// <summary>The folder that holds the solution, found upwards from the test program.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
        => File.Exists(System.IO.Path.Combine(folder, "Linr.slnx"))
            ? folder
            : Find(System.IO.Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException("No folder above the tests holds Linr.slnx."));
}
