using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Cli.Terminal;

/// <summary>How the program writes JSON.</summary>
internal static class JsonOutput
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters =
            { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new ItemIdConverter(), new ValueConverter() },
    };

    /// <summary>Writes one JSON document.</summary>
    public static void Write<T>(TextWriter writer, T value)
        => writer.WriteLine(JsonSerializer.Serialize(value, Options));
}
