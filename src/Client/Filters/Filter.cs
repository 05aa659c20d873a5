using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <summary>
/// Which items may be hits, and the values of the filter's parameters: as text (<c>genres = 'Comedy' and year &gt;=
/// @since</c>), as JSON, or prepared by the service (<see cref="LinrClient.PrepareFilterAsync"/>). It never changes;
/// <see cref="With(string, Value)"/> makes another. docs/filters.md has both forms.
/// </summary>
public sealed class Filter
{
    private readonly ImmutableDictionary<string, V1.Parameter> _parameters;

    internal Filter(
        FilterForm form, PreparedFilter? prepared, ImmutableDictionary<string, V1.Parameter>? parameters = null)
    {
        Form = form;
        Prepared = prepared;
        _parameters = parameters ?? ImmutableDictionary<string, V1.Parameter>.Empty;
    }

    /// <summary>What it was made from.</summary>
    internal FilterForm Form { get; }

    /// <summary>The prepared filter that it is of; null where it is of none.</summary>
    internal PreparedFilter? Prepared { get; }

    /// <summary>A filter as text; null is none.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Filter?(string? text) => text is null ? null : OfText(text);

    /// <summary>A filter as text.</summary>
    public static Filter OfText(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new Filter(new FilterForm(text, IsJson: false), prepared: null);
    }

    /// <summary>A filter as JSON.</summary>
    public static Filter OfJson(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        return new Filter(new FilterForm(json, IsJson: true), prepared: null);
    }

    /// <summary>The filter with the value of a parameter.</summary>
    /// <param name="name">The parameter's name, without its @.</param>
    /// <param name="value">The value.</param>
    public Filter With(string name, Value value)
        => With(name, new V1.Parameter { Value = ValueWire.Write(value) });

    /// <summary>The filter with the list of values of a parameter, as <c>in @names</c> takes it.</summary>
    /// <param name="name">The parameter's name, without its @.</param>
    /// <param name="values">The values.</param>
    public Filter With(string name, IEnumerable<Value> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return With(name, new V1.Parameter { List = ValueWire.Write(values) });
    }

    /// <summary>The filter with the ids of a parameter, as <c>id in @seen</c> takes it.</summary>
    /// <param name="name">The parameter's name, without its @.</param>
    /// <param name="ids">The ids; 100,000 are few.</param>
    public Filter WithIds(string name, IEnumerable<ItemId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = new V1.ItemIds();
        list.Ids.AddRange(ids.Select(IdWire.Write));
        return With(name, new V1.Parameter { Ids = list });
    }

    /// <summary>The filter in the form that it was given in.</summary>
    public override string ToString() => Form.Text;

    /// <summary>As the contract has it.</summary>
    /// <param name="asForm">Whether a prepared filter is sent as what it was made from.</param>
    internal V1.Filter ToWire(bool asForm)
    {
        var written = new V1.Filter();
        if (Prepared is not null && !asForm)
        {
            written.Prepared = Prepared.Token;
        }
        else if (Form.IsJson)
        {
            written.Json = Form.Text;
        }
        else
        {
            written.Text = Form.Text;
        }

        foreach ((string name, V1.Parameter parameter) in _parameters)
        {
            written.Parameters.Add(name, parameter);
        }

        return written;
    }

    private Filter With(string name, V1.Parameter parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Filter(Form, Prepared, _parameters.SetItem(name, parameter));
    }
}
