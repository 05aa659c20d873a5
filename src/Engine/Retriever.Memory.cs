using Linr.Engine.Devices;
using Linr.Engine.Resident;
using Linr.Index.Columns;
using Linr.Index.Device;
using Linr.Index.Embeddings;

namespace Linr.Engine;

/// <content>The memory that it takes.</content>
public sealed partial class Retriever
{
    /// <summary>
    /// The memory of its model and items, by owner, as it is now; changes of items wait while it is added up, some
    /// microseconds a block.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public MemoryUse Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _live is null ? Measure() : _live.Table.WhileStill(Measure);
        }
    }

    private MemoryUse Measure()
    {
        var tally = new MemoryTally(Schema);
        tally.Add(MemoryTally.Ids, Table.Ids.OwnedBytes);
        tally.Add(MemoryTally.IdMap, Table.IdMapBytes);
        foreach (Column column in Table.Columns)
        {
            tally.Add(MemoryTally.Of(column.Field), column.OwnedBytes);
        }

        foreach (EmbeddingColumn column in Table.Embeddings)
        {
            long codes = column.Codes?.OwnedBytes ?? 0;
            long copy = column.Copy?.Column.OwnedBytes ?? 0;
            tally.Add(MemoryTally.Of(column.Schema), column.OwnedBytes - codes - copy);
            tally.Add(MemoryTally.OfCodes(column.Schema), codes);
            tally.Add(MemoryTally.OfCopy(column.Schema), copy);
        }

        tally.Add(MemoryTally.LiveRows, _live?.Table.OwnedBytes ?? 0);
        if (Model is not null)
        {
            tally.AddFile(Model.FileTensors);
        }

        foreach (DeviceShard shard in _devices?.Shards ?? [])
        {
            AddDevice(tally, shard);
        }

        tally.Add(MemoryTally.Weights, deviceBytes: _devices is null ? 0 : _scope.Towers?.DeviceBytes ?? 0);
        return tally.Use;
    }

    private void AddDevice(MemoryTally tally, DeviceShard shard)
    {
        DeviceLayout layout = shard.LayoutNow;
        foreach (DeviceColumnLayout column in layout.Columns)
        {
            tally.Add(MemoryTally.Of(Schema.Fields[column.Field]), deviceBytes: column.Bytes(layout.Capacity));
        }

        foreach (EmbeddingSchema embedding in layout.Embeddings)
        {
            tally.Add(MemoryTally.Of(embedding), deviceBytes: layout.BytesOfRows(embedding));
            tally.Add(MemoryTally.OfCodes(embedding), deviceBytes: layout.BytesOfCodes(embedding));
            if (embedding.Copy is not null)
            {
                tally.Add(
                    MemoryTally.OfCopy(embedding), deviceBytes: layout.BytesOfRows(RowCopy.SchemaOf(embedding)));
            }
        }

        tally.Add(MemoryTally.Order, deviceBytes: layout.OrderBytes);
        tally.Add(MemoryTally.Weights, deviceBytes: shard.SimilarityBytes);
    }
}
