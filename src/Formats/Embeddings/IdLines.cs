using Linr.Formats.Rows;
using Linr.Formats.Text;

namespace Linr.Formats;

/// <summary>Ids from a text file, one a line.</summary>
internal sealed class IdLines : IDisposable
{
    private readonly string _path;
    private readonly IdKind _idKind;
    private readonly CellReader _cells = new(TimeUnit.Auto);
    private readonly DelimitedReader _lines;

    /// <param name="path">The file.</param>
    /// <param name="idKind">What the ids are made of; null finds out from the first lines.</param>
    public IdLines(string path, IdKind? idKind)
    {
        _path = path;
        _idKind = idKind ?? FindKind(path);
        _lines = Open(path);
    }

    /// <summary>The next id; false at the end of the file.</summary>
    /// <exception cref="DataFormatException">A line is no id of the kind.</exception>
    public bool TryRead(out ItemId id)
    {
        id = default;
        if (!_lines.Read())
        {
            return false;
        }

        Cell cell = Cell.OfUtf8(CellKind.Text, _lines[0]);
        return _cells.TryId(cell, _idKind, out id)
            ? true
            : throw DataFormatException.OfFile(
                _path, $"{CellReader.Expected(_idKind)} in line {_lines.Line}", cell.Describe());
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static IdKind FindKind(string path)
    {
        using DelimitedReader lines = Open(path);
        bool integers = true;
        for (int line = 0; integers && line < InteractionFile.SampleRows && lines.Read(); line++)
        {
            integers = CellReader.IsPlainInteger(Cell.OfUtf8(CellKind.Text, lines[0]));
        }

        return integers ? IdKind.Integer : IdKind.Text;
    }

    /// <summary>A line is a record of one column: no id has a zero byte in it.</summary>
    private static DelimitedReader Open(string path)
        => new(path, DataFile.OpenRead(path), [0], quotes: false, rowBytesMax: 1 << 16);
}
