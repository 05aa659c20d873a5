using System.Globalization;

namespace Linr.Formats;

/// <summary>
/// A data file is not what it should be: which file, which line or row, which column, what was expected and what was
/// found there.
/// </summary>
public sealed class DataFormatException : FormatException
{
    private const int FoundLengthMax = 80;

    private DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>The file.</summary>
    public required string FilePath { get; init; }

    /// <summary>The line (text) or row (columnar), counted from 1; 0 when it is about the whole file.</summary>
    public long Position { get; init; }

    /// <summary>The column, or null when it is about the whole row.</summary>
    public string? Column { get; init; }

    /// <summary>What should have been there.</summary>
    public required string Expected { get; init; }

    /// <summary>What was there.</summary>
    public required string Found { get; init; }

    /// <summary>Whether only one row is wrong, so that reading can go on after it.</summary>
    public bool IsOneRow => Position > 0;

    /// <summary>An error about a whole file.</summary>
    internal static DataFormatException OfFile(string path, string expected, string found)
        => new($"{path}: expected {expected}; found {found}.") { FilePath = path, Expected = expected, Found = found };

    /// <summary>An error in one row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="unit">What the position counts: <c>line</c> or <c>row</c>.</param>
    /// <param name="position">The line or row, from 1.</param>
    /// <param name="column">The column, or null.</param>
    /// <param name="expected">What should have been there.</param>
    /// <param name="found">What was there.</param>
    internal static DataFormatException OfRow(
        string path, string unit, long position, string? column, string expected, string found)
    {
        string place = string.Create(CultureInfo.InvariantCulture, $"{path}, {unit} {position}")
            + (column is null ? string.Empty : $", column \"{column}\"");
        return new DataFormatException($"{place}: expected {expected}; found {found}.")
        {
            FilePath = path,
            Position = position,
            Column = column,
            Expected = expected,
            Found = found,
        };
    }

    /// <summary>Text that was found, in quotes and cut to a readable length.</summary>
    internal static string Quote(string found)
        => found.Length <= FoundLengthMax ? $"\"{found}\"" : $"\"{found[..FoundLengthMax]}...\"";
}
