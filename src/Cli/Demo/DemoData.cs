using Linr.Cli.Data;
using Linr.Formats;

namespace Linr.Cli.Demo;

/// <summary>Finds the data of the demo.</summary>
internal static class DemoData
{
    private static readonly string s_extract = Path.Combine("data", "debian-bookworm");

    /// <exception cref="ArgumentException">Two sources were named, or the extract is not to be found.</exception>
    public static DataSet Open(string? folder, bool isFromApt, ReadReport report)
    {
        if (folder is not null && isFromApt)
        {
            throw new ArgumentException("Expected --data or --from-apt; found both.");
        }

        return isFromApt ? DataFolder.OfDebian(DebianCatalogue.ReadApt(), "the packages that apt knows")
            : DataFolder.Open(folder ?? FindExtract(), skipBadRows: false, report);
    }

    // From the working folder upwards, then from the program's own: `linr demo` works anywhere in a clone.
    private static string FindExtract()
        => new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }
            .SelectMany(Upwards)
            .Select(folder => Path.Combine(folder, s_extract))
            .FirstOrDefault(Directory.Exists)
            ?? throw new ArgumentException(
                $"--data: expected a folder, or a clone of the repository with {s_extract}; found neither. "
                + "--from-apt reads this machine's own index.");

    private static IEnumerable<string> Upwards(string start)
    {
        for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
