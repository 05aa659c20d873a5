using System.Globalization;

namespace Linr.Formats;

/// <summary>A column of a data file: by its name, or by its place counted from 1.</summary>
public readonly record struct ColumnRef
{
    private ColumnRef(string? name, int place)
    {
        Name = name;
        Place = place;
    }

    /// <summary>The name, or null when the column is given by its place.</summary>
    public string? Name { get; }

    /// <summary>The place, from 1; 0 when the column is given by its name.</summary>
    public int Place { get; }

    /// <summary>A column by name, or by place when the text is <c>#</c> and a number, as in <c>#2</c>.</summary>
    public static implicit operator ColumnRef(string text) => Parse(text);

    /// <summary>The column of that name.</summary>
    public static ColumnRef OfName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ColumnRef(name, 0);
    }

    /// <summary>The column at that place.</summary>
    /// <param name="place">Counted from 1.</param>
    public static ColumnRef OfPlace(int place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(place, 1);
        return new ColumnRef(null, place);
    }

    /// <summary>A column by name, or by place when the text is <c>#</c> and a number, as in <c>#2</c>.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static ColumnRef Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        bool isPlace = text[0] == '#'
            & int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place > 0;
        return isPlace ? OfPlace(place) : OfName(text);
    }

    /// <summary>The name, or <c>#</c> and the place.</summary>
    public override string ToString() => Name ?? string.Create(CultureInfo.InvariantCulture, $"#{Place}");
}
