using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Linr.Filters;

/// <summary>An immutable list that is equal to another when their elements are.</summary>
/// <typeparam name="T">The element type.</typeparam>
[CollectionBuilder(typeof(FilterList), nameof(FilterList.Create))]
public readonly struct FilterList<T> : IReadOnlyList<T>, IEquatable<FilterList<T>>
    where T : IEquatable<T>
{
    /// <summary>Elements that a hash code looks at: a list of 100,000 ids is no slower in a dictionary than a short one.</summary>
    private const int HashedMax = 16;

    private readonly ImmutableArray<T> _elements;

    internal FilterList(ImmutableArray<T> elements) => _elements = elements;

    /// <summary>How many elements.</summary>
    public int Count => _elements.IsDefault ? 0 : _elements.Length;

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    public T this[int index] => Span[index];

    /// <summary>All elements.</summary>
    public ReadOnlySpan<T> Span => _elements.AsSpan();

    /// <summary>Whether the elements are equal.</summary>
    public static bool operator ==(FilterList<T> left, FilterList<T> right) => left.Equals(right);

    /// <summary>Whether some element differs.</summary>
    public static bool operator !=(FilterList<T> left, FilterList<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(FilterList<T> other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FilterList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Count);
        foreach (T element in Span[..Math.Min(Count, HashedMax)])
        {
            hash.Add(element);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
        => (_elements.IsDefault ? [] : _elements.AsEnumerable()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes a <see cref="FilterList{T}"/> from a collection expression.</summary>
public static class FilterList
{
    /// <summary>A list of these elements.</summary>
    public static FilterList<T> Create<T>(ReadOnlySpan<T> elements)
        where T : IEquatable<T>
        => new([.. elements]);
}
