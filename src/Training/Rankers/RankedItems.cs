using Linr.Training.Data;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>Embeddings of all items, as an epoch finds candidates by them.</summary>
internal sealed class RankedItems(TrainedModel model, RankerOptions options) : IDisposable
{
    private Tensor? _all;
    private Tensor? _found;

    /// <summary>Rows as the model file will hold them: what the ranker reads.</summary>
    public Rounding Rows { get; } = new(options.RowType, null, model.Run.Options.Dim);

    /// <summary>Codes, or else rows, as the model file will hold them: what finds candidates.</summary>
    public Rounding Codes { get; } = new(options.RowType, options.Codes, model.Run.Options.Dim);

    /// <summary>What candidates are found by: [items, dim].</summary>
    public Tensor Found => _found!;

    /// <summary>Rows of all items, as the model file will hold them: what histories are read from.</summary>
    public float[] Stored { get; private set; } = [];

    /// <summary>Embeddings of queries, as the engine makes them: query q at q * dim.</summary>
    public float[] Queries(ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
        => model.Model.QueryEmbeddings(QueryRows.Whole(users, histories), Stored);

    /// <summary>Embeddings of some items, as the towers give them: [rows, dim].</summary>
    public Tensor Of(IReadOnlyList<int> rows)
        => _all!.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: _all.device));

    /// <summary>Takes the model's embeddings as they are now.</summary>
    public void Refresh()
    {
        Dispose();
        float[] all = model.ItemEmbeddings.ToArray();
        Device device = model.Model.Weights.Device;
        _all = tensor(all, device: device).view(-1, model.Run.Options.Dim).DetachFromDisposeScope();
        Stored = [.. all];
        Rows.Round(Stored);
        Codes.Round(all);
        _found = tensor(all, device: device).view(-1, model.Run.Options.Dim).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all?.Dispose();
        _found?.Dispose();
    }
}
