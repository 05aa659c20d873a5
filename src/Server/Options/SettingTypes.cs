using System.Reflection;

namespace Linr.Server.Options;

/// <summary>What settings are made of.</summary>
internal static class SettingTypes
{
    /// <summary>Whether a setting of this type is one value.</summary>
    public static bool IsLeaf(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain.IsPrimitive || plain.IsEnum || plain == typeof(TimeSpan);
    }

    /// <summary>The type of the elements of a list or of a table by names; null where it is neither.</summary>
    public static Type? ElementOf(Type type)
        => type.IsGenericType ? type.GetGenericArguments()[^1] : null;

    /// <summary>The settings of a section.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(one => one.CanWrite);

    /// <summary>What values of a type are, for people.</summary>
    public static string Describe(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) ? "a text"
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(TimeSpan) ? "a time such as 00:00:30"
            : plain.IsEnum ? string.Join(", ", Enum.GetNames(plain))
            : plain == typeof(float) || plain == typeof(double) ? "a number"
            : "an integer";
    }
}
