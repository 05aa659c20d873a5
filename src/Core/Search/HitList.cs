using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Linr;

/// <summary>
/// The hits of an answer, best first, as columns: ids, scores, and fields and tasks where there are any. A
/// <see cref="Hit"/> is made when it is looked at, so that thousands of hits are a few arrays.
/// </summary>
[CollectionBuilder(typeof(HitList), nameof(Of))]
public sealed class HitList : IReadOnlyList<Hit>
{
    private readonly ImmutableArray<float> _scores;
    private readonly ImmutableArray<HitExtras?> _extras;

    /// <summary>Hits without fields and tasks.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="scores">Their scores, as many.</param>
    /// <exception cref="ArgumentException">There are more of the ones than of the others.</exception>
    public HitList(ItemIdList ids, ImmutableArray<float> scores)
        : this(ids, scores, [])
    {
    }

    internal HitList(ItemIdList ids, ImmutableArray<float> scores, ImmutableArray<HitExtras?> extras)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count != scores.Length)
        {
            throw new ArgumentException($"Expected {ids.Count} scores, one an id; found {scores.Length}.", nameof(scores));
        }

        (Ids, _scores, _extras) = (ids, scores, extras);
    }

    /// <summary>The items.</summary>
    public ItemIdList Ids { get; }

    /// <summary>Their scores.</summary>
    public ReadOnlySpan<float> Scores => _scores.AsSpan();

    /// <inheritdoc/>
    public int Count => _scores.Length;

    /// <summary>Whether any hit may have fields or tasks.</summary>
    public bool HasFieldsOrTasks => !_extras.IsEmpty;

    /// <inheritdoc/>
    public Hit this[int index] => new(Ids[index], _scores[index], _extras.IsEmpty ? null : _extras[index]);

    /// <summary>A list of hits whose ids are of one kind.</summary>
    /// <exception cref="ArgumentException">Their ids are of several kinds.</exception>
    public static HitList Of(ReadOnlySpan<Hit> hits)
    {
        var ids = new ItemId[hits.Length];
        var scores = new float[hits.Length];
        var extras = new HitExtras?[hits.Length];
        bool hasExtras = false;
        for (int i = 0; i < hits.Length; i++)
        {
            (ids[i], scores[i], extras[i]) = (hits[i].Id, hits[i].Score, hits[i].Extras);
            hasExtras |= extras[i] is not null;
        }

        return new HitList(ItemIdList.Of(ids), [.. scores], hasExtras ? [.. extras] : []);
    }

    /// <summary>Goes through the hits; allocates nothing.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <inheritdoc/>
    IEnumerator<Hit> IEnumerable<Hit>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Goes through hits.</summary>
    public struct Enumerator : IEnumerator<Hit>
    {
        private readonly HitList _hits;
        private int _at = -1;

        internal Enumerator(HitList hits) => _hits = hits;

        /// <inheritdoc/>
        public readonly Hit Current => _hits[_at];

        /// <inheritdoc/>
        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_at < _hits.Count;

        /// <inheritdoc/>
        public void Reset() => _at = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
