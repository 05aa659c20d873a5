using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linr.Client;

/// <summary>
/// The caller's name for an item: a 64-bit integer, a Guid or a string; the model's schema says which. A Guid travels
/// as its text, so an id made of a Guid equals the one made of its text in lower case.
/// </summary>
public readonly record struct ItemId
{
    private readonly long _integer;
    private readonly string? _text;

    /// <summary>An integer id.</summary>
    public ItemId(long value) => _integer = value;

    /// <summary>A Guid id.</summary>
    public ItemId(Guid value) => _text = value.ToString("D");

    /// <summary>A string id.</summary>
    /// <exception cref="ArgumentException">The string is empty.</exception>
    public ItemId(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _text = value;
    }

    /// <summary>Whether it is an integer, else it is a text.</summary>
    [MemberNotNullWhen(false, nameof(_text))]
    public bool IsInteger => _text is null;

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidOperationException">The id is a text.</exception>
    public long Integer => IsInteger ? _integer : throw Wrong("an integer");

    /// <summary>The text; of a Guid its 36 characters.</summary>
    /// <exception cref="InvalidOperationException">The id is an integer.</exception>
    public string Text => IsInteger ? throw Wrong("a text") : _text;

    /// <summary>The Guid.</summary>
    /// <exception cref="InvalidOperationException">The id is an integer, or a text that is no Guid.</exception>
    public Guid Guid => Guid.TryParse(_text, out Guid guid) ? guid : throw Wrong("a Guid");

    /// <summary>An integer id.</summary>
    public static implicit operator ItemId(long value) => new(value);

    /// <summary>A Guid id.</summary>
    public static implicit operator ItemId(Guid value) => new(value);

    /// <summary>A string id.</summary>
    public static implicit operator ItemId(string value) => new(value);

    /// <summary>The id as the caller would write it.</summary>
    public override string ToString() => _text ?? _integer.ToString(CultureInfo.InvariantCulture);

    private InvalidOperationException Wrong(string expected)
        => new($"Expected an id that is {expected}; found {(IsInteger ? "the integer " : string.Empty)}{this}.");
}
