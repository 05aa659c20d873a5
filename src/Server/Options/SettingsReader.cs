using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Linr.Server.Options;

/// <summary>
/// Reads the settings, and finds all that are unknown or not what their types are; the binder of .NET would stop at the
/// first. What is right is bound, so that the rest of the checks can say what they find too.
/// </summary>
/// <param name="configuration">All settings of the server.</param>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private const string KestrelEndpoints = "Kestrel:Endpoints";
    private readonly IConfigurationSection _section = configuration.GetSection(ServerOptions.Section);

    /// <summary>What was wrong when they were bound.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Binds all settings that can be.</summary>
    public void Bind(ServerOptions options)
    {
        Problems.Clear();
        if (configuration.GetSection(KestrelEndpoints).GetChildren().Any())
        {
            // Those would be doors besides the ones that are checked.
            Problems.Add(
                $"{KestrelEndpoints}: expected {ServerOptions.Section}:Listen and {ServerOptions.Section}:Tls to say "
                + "where it listens; found others.");
        }

        var wrong = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Check(_section, typeof(ServerOptions), wrong);
        IConfiguration right = new ConfigurationBuilder()
            .AddInMemoryCollection(_section.AsEnumerable().Where(one => !IsBelow(one.Key, wrong)))
            .Build();
        right.GetSection(ServerOptions.Section).Bind(options);
    }

    private void Check(IConfigurationSection section, Type type, HashSet<string> wrong)
    {
        if (SettingTypes.IsLeaf(type))
        {
            CheckLeaf(section, type, wrong);
            return;
        }

        Type? element = SettingTypes.ElementOf(type);
        Dictionary<string, PropertyInfo>? known = element is null
            ? SettingTypes.PropertiesOf(type).ToDictionary(one => one.Name, StringComparer.OrdinalIgnoreCase) : null;
        if (section.Value is { Length: > 0 } lone)
        {
            Add(section.Path, element is null ? "settings below it" : "a list", lone, wrong);
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (element is not null)
            {
                Check(child, element, wrong);
            }
            else if (known!.TryGetValue(child.Key, out PropertyInfo? property))
            {
                Check(child, property.PropertyType, wrong);
            }
            else
            {
                Problems.Add(
                    $"{child.Path}: expected one of {string.Join(", ", known.Keys)}; found \"{child.Key}\".");
                wrong.Add(child.Path);
            }
        }
    }

    private void CheckLeaf(IConfigurationSection section, Type type, HashSet<string> wrong)
    {
        if (section.GetChildren().Any())
        {
            Add(section.Path, SettingTypes.Describe(type), "settings below it", wrong);
            return;
        }

        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        string? text = section.Value;
        if (plain == typeof(string) || text is null)
        {
            return;
        }

        try
        {
            TypeDescriptor.GetConverter(plain).ConvertFromString(context: null, CultureInfo.InvariantCulture, text);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException)
        {
            Add(section.Path, SettingTypes.Describe(type), text, wrong);
        }
    }

    private void Add(string path, string expected, string found, HashSet<string> wrong)
    {
        Problems.Add($"{path}: expected {expected}; found \"{found}\".");
        wrong.Add(path);
    }

    private static bool IsBelow(string path, HashSet<string> wrong)
        => wrong.Any(one => path.StartsWith(one, StringComparison.OrdinalIgnoreCase)
            && (path.Length == one.Length || path[one.Length] == ConfigurationPath.KeyDelimiter[0]));
}
