using System.Globalization;
using System.Text;

namespace Linr.Server.Rest.Json;

/// <summary>
/// Where a reader is in a JSON text, such as <c>filter.parameters["year"]</c>; it is made a text on demand.
/// </summary>
internal sealed class JsonPath
{
    private readonly List<Step> _steps = [];

    /// <summary>Goes to a field of an object.</summary>
    public void PushField(string name) => _steps.Add(new Step(name, IsKey: false, Index: 0));

    /// <summary>Goes to a key of a map.</summary>
    public void PushKey(string key) => _steps.Add(new Step(key, IsKey: true, Index: 0));

    /// <summary>Goes to the element of a list.</summary>
    public void PushIndex(int index) => _steps.Add(new Step(Name: null, IsKey: false, index));

    /// <summary>Goes back by one.</summary>
    public void Pop() => _steps.RemoveAt(_steps.Count - 1);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_steps.Count == 0)
        {
            return "body";
        }

        var path = new StringBuilder();
        foreach (Step step in _steps)
        {
            if (step.Name is null)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            }
            else if (step.IsKey)
            {
                path.Append(CultureInfo.InvariantCulture, $"[\"{JsonReading.Shorten(step.Name)}\"]");
            }
            else
            {
                path.Append(path.Length == 0 ? string.Empty : ".").Append(JsonReading.Shorten(step.Name));
            }
        }

        return path.ToString();
    }

    private readonly record struct Step(string? Name, bool IsKey, int Index);
}
