using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Linr.Filters;

/// <summary>
/// The JSON form: <c>true</c>, <c>false</c>, <c>{"and":[…]}</c>, <c>{"or":[…]}</c>, <c>{"not":…}</c>,
/// <c>{"ids":[…]}</c> and clauses such as <c>{"attribute":"section","equals":"devel"}</c>; one key of <c>equals</c>,
/// <c>in</c>, <c>containsAll</c>, <c>exists</c>, or up to two of <c>gt</c>, <c>gte</c>, <c>lt</c>, <c>lte</c>.
/// </summary>
public static class FilterJson
{
    /// <summary>Reads the JSON form.</summary>
    /// <exception cref="FilterException">
    /// It is not JSON, or not a filter; the problem has its path and position.
    /// </exception>
    public static Filter Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Reads the JSON form from UTF-8.</summary>
    /// <exception cref="FilterException">
    /// It is not JSON, or not a filter; the problem has its path and position.
    /// </exception>
    public static Filter Parse(ReadOnlySpan<byte> utf8) => new FilterJsonReader(utf8).Read();

    /// <summary>Writes the JSON form.</summary>
    public static void Write(Utf8JsonWriter writer, Filter filter)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(filter);
        FilterJsonWriter.Write(writer, filter);
    }

    /// <summary>The JSON form as a string.</summary>
    public static string ToJson(Filter filter)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            Write(writer, filter);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
