using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linr.Bench.Micro;

/// <summary>
/// Figures as JSON: printed, and with <c>--out FILE</c> among the arguments also put into that file, which has one
/// part a bench. A part that is there already is replaced, the others stay.
/// </summary>
internal static class FigureFile
{
    private const string Option = "--out";
    private const string ProcessorFile = "/proc/cpuinfo";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The arguments without the file, and the file; null where none is named.</summary>
    public static (string[] Others, string? Path) Parse(string[] args)
    {
        int at = Array.IndexOf(args, Option);
        return at < 0 ? (args, null)
            : at + 1 < args.Length ? ([.. args[..at], .. args[(at + 2)..]], args[at + 1])
            : throw new ArgumentException($"{Option}: expected a file; found none.");
    }

    /// <summary>Prints figures, and puts them into the file.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="bench">The bench's name.</param>
    /// <param name="settings">What was measured, one property each.</param>
    /// <param name="figures">The figures, each in units that its name ends with.</param>
    public static void Write(string? path, string bench, object settings, IEnumerable<object> figures)
    {
        var part = new
        {
            processor = File.Exists(ProcessorFile)
                ? File.ReadLines(ProcessorFile)
                    .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
                : RuntimeInformation.ProcessArchitecture.ToString(),
            processors = Environment.ProcessorCount,
            runtime = RuntimeInformation.FrameworkDescription,
            commit = Commit(),
            date = TimeProvider.System.GetUtcNow().UtcDateTime,
            settings,
            figures,
        };
        JsonNode node = JsonSerializer.SerializeToNode(part, s_json)!;
        Console.WriteLine(node.ToJsonString());
        if (path is null)
        {
            return;
        }

        JsonObject all = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        all[bench] = node;
        var sorted = new JsonObject(all.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        File.WriteAllText(path, sorted.ToJsonString(s_json) + "\n");
    }

    private static string? Commit()
        => typeof(FigureFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split('+') is [_, { Length: > 0 } commit] ? commit : null;
}
