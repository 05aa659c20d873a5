using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Linr.Server.Options;

/// <summary>
/// All settings as a server has understood them. Secrets are in files, which settings only name; but an address may have
/// a user and a password in it, which are masked.
/// </summary>
public static class SettingsView
{
    /// <summary>The settings by their names, as appsettings.json and <c>--set</c> have them.</summary>
    public static IReadOnlyList<Setting> Of(ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new List<Setting>();
        foreach (PropertyInfo property in SettingTypes.PropertiesOf(typeof(ServerOptions)))
        {
            Add(property.Name, property.PropertyType, property.GetValue(options), settings);
        }

        return settings;
    }

    private static void Add(string name, Type type, object? value, List<Setting> settings)
    {
        if (SettingTypes.IsLeaf(type))
        {
            settings.Add(new Setting(name, Write(value), type));
        }
        else if (value is IDictionary table)
        {
            AddAll(table.Keys.Cast<object>().Select(key => ($"{key}", table[key])));
        }
        else if (value is IEnumerable list)
        {
            AddAll(list.Cast<object?>().Select((one, index) => (index.ToString(CultureInfo.InvariantCulture), one)));
        }
        else
        {
            foreach (PropertyInfo property in SettingTypes.PropertiesOf(type))
            {
                Add($"{name}:{property.Name}", property.PropertyType, property.GetValue(value), settings);
            }
        }

        void AddAll(IEnumerable<(string Name, object? Value)> elements)
        {
            int before = settings.Count;
            foreach ((string key, object? element) in elements)
            {
                Add($"{name}:{key}", SettingTypes.ElementOf(type)!, element, settings);
            }

            if (settings.Count == before)
            {
                settings.Add(new Setting(name, null, type));
            }
        }
    }

    private static string? Write(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        string text when Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.UserInfo.Length > 0
            => text.Replace(address.UserInfo, "***", StringComparison.Ordinal),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
