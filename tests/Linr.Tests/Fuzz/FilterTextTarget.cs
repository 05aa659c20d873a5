using System.Runtime.InteropServices;
using System.Text;
using Linr.Filters;

namespace Linr.Tests.Fuzz;

/// <summary>
/// Filters as text. An input that begins with the byte 255 goes on in UTF-16, whose halves need not be pairs.
/// </summary>
internal sealed class FilterTextTarget : IFuzzTarget
{
    private const byte Utf16 = 255;

    public string Name => "filter text";

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Utf8(
        " and ", " or ", "not ", "(", ")", " in (", " contains all (", " exists", " is missing", " = ", " != ", " < ",
        " <= ",
        " between ", ",", "'", "''", "\"a b\"", "@p", "true", "false", "id", "-", "1e400", "-9223372036854775808",
        "9223372036854775808", "0.1e-5", "date '", "2026-02-30", "infinity", "nan", "_", "\u00e9", "\ud83d\ude00",
        "\0");

    public byte[] Make(Random random)
    {
        string text = FilterRoundTrip.Make(random).ToString();
        return random.Next(8) == 0
            ? [Utf16, .. MemoryMarshal.AsBytes(text.AsSpan())]
            : Encoding.UTF8.GetBytes(text);
    }

    public bool Parses(byte[] input)
    {
        string text = input is [Utf16, ..]
            ? new string(MemoryMarshal.Cast<byte, char>(input.AsSpan(1))) : Encoding.UTF8.GetString(input);
        Filter filter;
        try
        {
            filter = Filter.Parse(text);
        }
        catch (FilterException error)
        {
            FuzzPositions.Check(error, text.Length);
            return false;
        }

        FilterRoundTrip.Check(filter);
        return true;
    }

    public void Dispose()
    {
    }
}
