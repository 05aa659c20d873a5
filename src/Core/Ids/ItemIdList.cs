using System.Collections;
using System.Collections.Immutable;

namespace Linr;

/// <summary>Ids of one kind, without a value of <see cref="ItemId"/> for each: an integer takes 8 bytes.</summary>
public sealed class ItemIdList : IReadOnlyList<ItemId>
{
    private readonly ImmutableArray<long> _integers = [];
    private readonly ImmutableArray<Guid> _guids = [];
    private readonly ImmutableArray<string> _texts = [];

    /// <summary>Integer ids.</summary>
    public ItemIdList(ImmutableArray<long> integers)
        => (Kind, Count, _integers) = (IdKind.Integer, integers.Length, integers);

    /// <summary>Guid ids.</summary>
    public ItemIdList(ImmutableArray<Guid> guids) => (Kind, Count, _guids) = (IdKind.Guid, guids.Length, guids);

    /// <summary>String ids; each must be one that <see cref="ItemId(string)"/> takes.</summary>
    public ItemIdList(ImmutableArray<string> texts) => (Kind, Count, _texts) = (IdKind.Text, texts.Length, texts);

    /// <summary>What the ids are made of.</summary>
    public IdKind Kind { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The ids, where they are integers, else none.</summary>
    public ReadOnlySpan<long> Integers => _integers.AsSpan();

    /// <summary>The ids, where they are Guids, else none.</summary>
    public ReadOnlySpan<Guid> Guids => _guids.AsSpan();

    /// <summary>The ids, where they are strings, else none.</summary>
    public ReadOnlySpan<string> Texts => _texts.AsSpan();

    /// <inheritdoc/>
    public ItemId this[int index] => Kind switch
    {
        IdKind.Integer => new ItemId(_integers[index]),
        IdKind.Guid => new ItemId(_guids[index]),
        _ => new ItemId(_texts[index]),
    };

    /// <summary>A list of these ids.</summary>
    /// <exception cref="ArgumentException">They are of several kinds.</exception>
    public static ItemIdList Of(IReadOnlyList<ItemId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        IdKind kind = ids.Count == 0 ? IdKind.Integer : ids[0].Kind;
        foreach (ItemId id in ids)
        {
            if (id.Kind != kind)
            {
                throw new ArgumentException($"Expected ids of one kind; found {kind} and {id.Kind} ({id}).", nameof(ids));
            }
        }

        return kind switch
        {
            IdKind.Integer => new ItemIdList([.. ids.Select(id => id.Integer)]),
            IdKind.Guid => new ItemIdList([.. ids.Select(id => id.Guid)]),
            _ => new ItemIdList([.. ids.Select(id => id.Text)]),
        };
    }

    /// <inheritdoc/>
    public IEnumerator<ItemId> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
