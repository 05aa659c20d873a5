using System.Text;
using Linr.Formats.Text;

namespace Linr.Formats;

/// <summary>
/// The stanzas of a Debian control file (deb822): <c>Name: value</c> lines, lines that begin with a space go on with
/// the value before, a blank line ends the stanza.
/// </summary>
internal sealed class Deb822Reader(string path, Stream stream) : IDisposable
{
    private const int LineBytesMax = 1 << 20;
    private readonly ByteWindow _window = new(path, stream, LineBytesMax);
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private long _line;
    private int _lineBytes;

    /// <summary>The line on which the current stanza begins, from 1.</summary>
    public long StanzaLine { get; private set; }

    /// <summary>
    /// The value of a field of the current stanza, its lines joined by line feeds; null when it has none.
    /// </summary>
    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Moves to the next stanza; false at the end.</summary>
    /// <exception cref="DataFormatException">A line is neither a field nor goes on with one.</exception>
    public bool Read()
    {
        _fields.Clear();
        string? name = null;
        while (ReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.Trim(" \t\r"u8).IsEmpty)
            {
                if (name is not null)
                {
                    return true;
                }

                continue;
            }

            StanzaLine = name is null ? _line : StanzaLine;
            if (line[0] is (byte)' ' or (byte)'\t' && name is not null)
            {
                _fields[name] += "\n" + Encoding.UTF8.GetString(line).Trim();
                continue;
            }

            int colon = line.IndexOf((byte)':');
            if (colon < 1)
            {
                throw Wrong("\"Name: value\"", DataFormatException.Quote(Encoding.UTF8.GetString(line)));
            }

            name = Encoding.UTF8.GetString(line[..colon]);
            _fields[name] = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
        }

        return name is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => _window.Dispose();

    private bool ReadLine(out ReadOnlySpan<byte> line)
    {
        _window.Consume(_lineBytes);
        _lineBytes = 0;
        _line++;
        while (true)
        {
            int end = _window.Bytes.IndexOf((byte)'\n');
            if (end >= 0 || _window.Ended)
            {
                _lineBytes = end >= 0 ? end + 1 : _window.Bytes.Length;
                line = _window.Bytes[..(end >= 0 ? end : _lineBytes)];
                return _lineBytes > 0;
            }

            if (!_window.Fill())
            {
                throw Wrong($"a line of at most {LineBytesMax} bytes", "a longer one");
            }
        }
    }

    private DataFormatException Wrong(string expected, string found)
        => DataFormatException.OfRow(path, "line", _line, column: null, expected, found);
}
