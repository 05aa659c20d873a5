using Linr.Index.Live;

namespace Linr.Ingest.Internal;

/// <summary>
/// Makes the changes of batches. A change that the sink refuses is found by halves, and is poison as a record is that
/// no change could be made of; the position stays before its batch until all of that is through.
/// </summary>
internal sealed class BatchMaker(string source, IChangeSink sink, SourceCounts counts, DeadLetterFile? deadLetters)
{
    private const int SweptAtOnce = 1_024;

    private readonly List<Task> _parts = [];
    private SourcePosition? _before;

    /// <summary>Goes on from a position.</summary>
    public void Begin(SourcePosition? position) => _before = position;

    /// <summary>Makes the changes of batches in their order, in one step if they fit.</summary>
    /// <param name="group">Batches; one with poison or a sweep is alone.</param>
    /// <returns>What to await; null where there was nothing to do.</returns>
    /// <exception cref="SourceException">There is poison, and no file for it.</exception>
    public MadeBatch? Make(List<ChangeBatch> group)
    {
        _parts.Clear();
        if (_before is null && group[0].Changes.Count == 0)
        {
            _before = group[0].Position;
        }

        if (group is [var single])
        {
            AddDeadLetters(single.Poison);
            Sweep(single.Sweep);
        }

        SourcePosition position = group[^1].Position;
        int changes = group.Sum(batch => batch.Changes.Count);
        if (changes == 0 && position == _before && sink.PositionOf(source) is not null)
        {
            return _parts.Count == 0 ? null : new MadeBatch(Task.WhenAll(_parts), position);
        }

        try
        {
            Make(group is [var one] ? one.Changes : [.. group.SelectMany(batch => batch.Changes)], position);
        }
        catch (ItemException)
        {
            foreach (ChangeBatch batch in group)
            {
                MakePart(batch, 0, batch.Changes.Count);
            }

            Make([], position);
        }

        _before = position;
        counts.AddSeen(changes, position.CommittedAt);
        return new MadeBatch(_parts is [var whole] ? whole : Task.WhenAll(_parts), position);
    }

    private void MakePart(ChangeBatch batch, int start, int count)
    {
        if (count == 0)
        {
            return;
        }

        try
        {
            Make([.. batch.Changes.Skip(start).Take(count)], Before);
        }
        catch (ItemException) when (count > 1)
        {
            MakePart(batch, start, count / 2);
            MakePart(batch, start + (count / 2), count - (count / 2));
        }
        catch (ItemException error)
        {
            string place = batch.PlaceOf?.Invoke(start) ?? batch.Position.Position;
            AddDeadLetters([new PoisonRecord(place, ChangeText.Of(batch.Changes[start], sink.Schema), error.Message)]);
        }
    }

    private void Sweep(ItemSweep? sweep)
    {
        if (sweep is null)
        {
            return;
        }

        foreach (ItemId[] ids in sink.Ids().Where(sweep.Takes).Chunk(SweptAtOnce))
        {
            Make(Array.ConvertAll(ids, id => ItemChange.Delete(id, sweep.Version)), Before);
        }
    }

    private void Make(IReadOnlyList<ItemChange> changes, SourcePosition position)
    {
        Task<ChangeResult> made = sink.ApplyAsync(changes, position);
        if (made.IsFaulted)
        {
            // A sink that is an async method tells so what it refuses.
            made.GetAwaiter().GetResult();
        }

        _parts.Add(CountAsync(made));
    }

    private async Task CountAsync(Task<ChangeResult> made) => counts.AddMade(await made.ConfigureAwait(false));

    private SourcePosition Before => _before ?? throw new SourceException(
        $"Source \"{source}\": expected a first batch without changes, at the beginning; found none.");

    private void AddDeadLetters(IReadOnlyList<PoisonRecord> poison)
    {
        if (poison.Count == 0)
        {
            return;
        }

        if (deadLetters is null)
        {
            throw new SourceException($"Source \"{source}\", {poison[0].Place}: {poison[0].Error}");
        }

        deadLetters.Add(source, poison);
        counts.AddPoison(poison.Count);
    }
}
