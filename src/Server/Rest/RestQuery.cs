using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Rest.Json;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace Linr.Server.Rest;

/// <summary>Reads the parameters of queries, each into the field of its name.</summary>
internal static class RestQuery
{
    /// <summary>Fills the part of a request that the query is for.</summary>
    /// <exception cref="WireException">A parameter is not one of the route, or its value does not fit.</exception>
    public static void Read(IQueryCollection query, RestRoute route, IMessage request)
    {
        if (query.Count == 0)
        {
            return;
        }

        var problems = new WireProblems();
        IMessage target = route.QueryTarget(request);
        foreach ((string name, StringValues values) in query)
        {
            string field = $"?{JsonReading.Shorten(name)}";
            if (!route.Query.Contains(name))
            {
                problems.Add(field, route.Query.IsEmpty
                    ? "expected no parameters in the query; found one."
                    : $"expected one of {string.Join(", ", route.Query)}; found another parameter.");
            }
            else if (!TrySet(target, target.Descriptor.FindFieldByName(name), values, out string expected))
            {
                problems.Add(field, $"expected {expected}; found \"{JsonReading.Shorten(values.ToString())}\".");
            }
        }

        problems.ThrowIfAny();
    }

    private static bool TrySet(IMessage target, FieldDescriptor field, StringValues values, out string expected)
    {
        if (field.IsRepeated)
        {
            expected = "names, with commas between them";
            var list = (IList)field.Accessor.GetValue(target);
            foreach (string name in values.SelectMany(value => value!.Split(',')))
            {
                list.Add(name);
            }

            return !list.Contains(string.Empty);
        }

        string text = values.Count == 1 ? values[0]! : string.Empty;
        (object? value, expected) = field.FieldType switch
        {
            ProtoType.Bool => ((object?)(bool.TryParse(text, out bool truth) ? truth : null), "true or false, once"),
            ProtoType.Int64 => (
                long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                    ? number : null,
                "an integer of 64 bits, once"),
            _ => (text.Length > 0 ? text : null, "a text, once"),
        };
        if (value is not null)
        {
            field.Accessor.SetValue(target, value);
        }

        return value is not null;
    }
}
