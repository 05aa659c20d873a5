using Linr.Tests.Engine.Store;
using Linr.Tests.Index.Log;

#pragma warning disable CA1050 // The runtime looks for a class of this name in no namespace.

/// <summary>
/// What .NET runs before the program that a test starts (DOTNET_STARTUP_HOOKS): when the program ends, it lists the
/// assemblies that were loaded and the files that were mapped. Or it runs in place of the program, until it is killed.
/// </summary>
internal static class StartupHook
{
    public const string ListVariable = "LINR_TEST_LOADED";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(LogChild.FolderVariable) is { } folder)
        {
            LogChild.Run(folder);
        }

        if (Environment.GetEnvironmentVariable(StoreChild.FolderVariable) is { } store)
        {
            StoreChild.Run(store);
        }

        if (Environment.GetEnvironmentVariable(FollowerChild.FolderVariable) is { } two)
        {
            FollowerChild.RunAsync(two).GetAwaiter().GetResult();
        }

        string list = Environment.GetEnvironmentVariable(ListVariable)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllLines(list, Assemblies().Concat(MappedFiles()));
    }

    private static IEnumerable<string> Assemblies()
        => AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!);

    private static IEnumerable<string> MappedFiles()
        => File.ReadLines("/proc/self/maps").Where(line => line.Contains('/')).Select(
            line => line[line.IndexOf('/')..]).Distinct();
}
