using System.Text;
using Linr.Filters;

namespace Linr.Tests.Fuzz;

/// <summary>Filters as JSON.</summary>
internal sealed class FilterJsonTarget : IFuzzTarget
{
    public string Name => "filter JSON";

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Utf8(
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "true", "false", "null", "1e400", "-0",
        "9223372036854775808",
        "{\"and\":[", "{\"or\":[", "{\"not\":", "{\"ids\":[", "\"attribute\":\"a\"", "\"equals\":", "\"in\":[",
        "\"containsAll\":[",
        "\"exists\":true", "\"gt\":1", "\"lte\":", "{\"parameter\":\"p\"}", "{\"date\":\"2026-01-02\"}",
        "{\"float\":\"NaN\"}", "\xff");

    public byte[] Make(Random random) => Encoding.UTF8.GetBytes(FilterJson.ToJson(FilterRoundTrip.Make(random)));

    public bool Parses(byte[] input)
    {
        Filter filter;
        try
        {
            filter = FilterJson.Parse(input);
        }
        catch (FilterException error)
        {
            FuzzPositions.Check(error, input.Length);
            return false;
        }

        FilterRoundTrip.Check(filter);
        return true;
    }

    public void Dispose()
    {
    }
}
