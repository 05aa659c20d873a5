using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Linr.Engine.Batching;
using Linr.Server.Options;

namespace Linr.Tests.Documents;

/// <summary>The page of all settings, as the comments of the options have them.</summary>
internal static partial class SettingsPage
{
    /// <summary>All settings: what each is called, what it is where nothing says so, and what it is for.</summary>
    public static IEnumerable<(string Name, string? Usual, string Summary)> Rows()
    {
        Dictionary<string, string> summaries = Summaries();
        Dictionary<string, string?> usual = SettingsView.Of(new ServerOptions()).ToDictionary(
            one => one.Name, one => one.Value);
        return RowsOf(typeof(ServerOptions), prefix: string.Empty);

        IEnumerable<(string, string?, string)> RowsOf(Type type, string prefix)
        {
            foreach (System.Reflection.PropertyInfo property in SettingTypes.PropertiesOf(type))
            {
                string name = prefix + property.Name;
                Type one = property.PropertyType;
                if (SettingTypes.ElementOf(one) is { } element && !SettingTypes.IsLeaf(one))
                {
                    name += one.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? ":NAME" : ":0";
                    one = element;
                }

                if (SettingTypes.IsLeaf(one))
                {
                    yield return (name, usual.GetValueOrDefault(name), summaries[$"{property.DeclaringType!.FullName}.{property.Name}"]);
                }
                else
                {
                    foreach ((string, string?, string) below in RowsOf(one, name + ":"))
                    {
                        yield return below;
                    }
                }
            }
        }
    }

    /// <summary>The table.</summary>
    public static string Table()
    {
        var text = new StringBuilder("| setting | usual | what |\n|---|---|---|\n");
        foreach ((string name, string? usual, string summary) in Rows())
        {
            text.Append("| `").Append(name).Append("` | ").Append(usual is null ? string.Empty : $"`{usual}`").Append(" | ")
                .Append(summary).Append(" |\n");
        }

        return text.ToString();
    }

    private static Dictionary<string, string> Summaries()
        => new[] { typeof(ServerOptions).Assembly, typeof(BatchOptions).Assembly }
            .SelectMany(one => XDocument.Load(Path.ChangeExtension(one.Location, ".xml")).Descendants("member"))
            .Where(member => member.Attribute("name")!.Value.StartsWith("P:", StringComparison.Ordinal)
                && member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value[2..], member => Plain(member.Element("summary")!));

    private static string Plain(XElement summary)
    {
        foreach (XElement see in summary.Elements().ToList())
        {
            string text = see.Attribute("cref")?.Value.Split('.')[^1] ?? see.Value;
            see.ReplaceWith(new XText($"`{text}`"));
        }

        return Spaces().Replace(summary.Value.Trim(), " ").Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
