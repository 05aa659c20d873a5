namespace Linr.Server.Options;

/// <summary>Collects what is wrong with settings, so that all of it is said at once.</summary>
internal sealed class SettingProblems
{
    private readonly List<string> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>Adds problems that others found.</summary>
    public void Add(IEnumerable<string> problems) => _all.AddRange(problems);

    /// <summary>Adds one.</summary>
    public void Add(string field, string expected, string found)
        => _all.Add($"{ServerOptions.Section}:{field}: expected {expected}; found {found}.");

    /// <summary>Adds one where a number is not in its range.</summary>
    public void Range(string field, long value, long least, long most)
        => Check(field, value >= least && value <= most, $"{least} to {most}", $"{value}");

    /// <summary>Adds one where something is not right.</summary>
    public void Check(string field, bool isRight, string expected, string found)
    {
        if (!isRight)
        {
            Add(field, expected, $"\"{found}\"");
        }
    }

    /// <summary>Adds one where a file is not what it should be.</summary>
    /// <param name="field">The setting that names it.</param>
    /// <param name="read">Reads it.</param>
    public void Read(string field, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Add(field, "a file that can be read", error.Message);
        }
        catch (FormatException error)
        {
            _all.Add($"{ServerOptions.Section}:{field}: {error.Message}");
        }
    }
}
