using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Linr.Client;

/// <summary>
/// A filter that the service has checked and keeps; searches send its token and the values of its parameters. Where a
/// server has forgotten it, after a restart say, the client prepares it again and the search goes on. Safe for
/// concurrent callers.
/// </summary>
public sealed class PreparedFilter
{
    private readonly Filter _filter;
    private string _token;

    internal PreparedFilter(
        string model, FilterForm form, string token, string text, ImmutableArray<string> parameters)
    {
        Model = model;
        _filter = new Filter(form, this);
        _token = token;
        Text = text;
        Parameters = parameters;
    }

    /// <summary>The model that it was checked for.</summary>
    public string Model { get; }

    /// <summary>The filter as the service understood it, in its text form.</summary>
    public string Text { get; }

    /// <summary>The names of its parameters.</summary>
    public ImmutableArray<string> Parameters { get; }

    /// <summary>What names it in searches.</summary>
    internal string Token
    {
        get => Volatile.Read(ref _token);
        set => Volatile.Write(ref _token, value);
    }

    /// <summary>What it was made from.</summary>
    internal FilterForm Form => _filter.Form;

    /// <summary>The filter, for one without parameters.</summary>
    [return: NotNullIfNotNull(nameof(prepared))]
    public static implicit operator Filter?(PreparedFilter? prepared) => prepared?._filter;

    /// <summary>The filter, for one without parameters.</summary>
    public Filter ToFilter() => _filter;

    /// <inheritdoc cref="Filter.With(string, Value)"/>
    public Filter With(string name, Value value) => _filter.With(name, value);

    /// <inheritdoc cref="Filter.With(string, IEnumerable{Value})"/>
    public Filter With(string name, IEnumerable<Value> values) => _filter.With(name, values);

    /// <inheritdoc cref="Filter.WithIds(string, IEnumerable{ItemId})"/>
    public Filter WithIds(string name, IEnumerable<ItemId> ids) => _filter.WithIds(name, ids);
}
