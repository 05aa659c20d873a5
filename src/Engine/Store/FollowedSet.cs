using Linr.Engine.Live;
using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>Records of a feed's log on their way into a store that follows it.</summary>
/// <param name="feedName">The feed's name as a source.</param>
internal sealed class FollowedSet(string feedName)
{
    private const int RecordsMax = 1_000;

    private readonly List<ItemChange> _changes = [];
    private readonly Dictionary<string, SourcePosition> _positions = new(StringComparer.Ordinal);

    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<ItemChange> Changes => _changes;

    /// <summary>How far sources were read, the feed itself among them.</summary>
    public IReadOnlyList<SourcePosition> Positions => [.. _positions.Values];

    /// <summary>The offset behind the records.</summary>
    public long EndOffset { get; private set; }

    /// <summary>How many records.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no more should be added.</summary>
    public bool IsFull => Count >= RecordsMax;

    /// <summary>Adds a record.</summary>
    /// <exception cref="StoreException">It cannot be followed.</exception>
    /// <exception cref="ChangeFormatException">It is none that is known.</exception>
    public void Add(LogRecord record)
    {
        ReadOnlySpan<byte> bytes = record.Bytes.Span;
        if (PushMark.IsOne(bytes))
        {
            long push = PushMark.Read(bytes);
            if (!PushMark.IsOfStore(bytes))
            {
                throw new StoreException(
                    $"Feed \"{feedName}\": expected changes to follow; found push {push} of a model's items at record "
                    + $"{record.Offset}, which are not in the log: what follows it has to be built anew.");
            }
        }
        else if (PositionCodec.IsOne(bytes))
        {
            SourcePosition position = PositionCodec.Read(bytes);
            _positions[position.Source] = position;
        }
        else
        {
            _changes.Add(ChangeCodec.Read(bytes));
        }

        Count++;
        EndOffset = record.Offset + 1;
        _positions[feedName] = IndexStore.PositionAt(feedName, EndOffset);
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _changes.Clear();
        _positions.Clear();
        Count = 0;
    }
}
