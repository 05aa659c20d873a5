using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// The rows of one table that a step reads, copied out so that the gradient is as small as they are. The rows go in as
/// bags; a bag without codes gives zeros.
/// </summary>
internal sealed class TouchedRows
{
    private readonly RowNumbering _numbering;
    private readonly List<long> _codes = [];
    private readonly List<long> _starts = [];
    private TorchSharp.Modules.EmbeddingBag? _module;
    private Tensor? _indices;

    /// <summary>The rows of <paramref name="table"/>.</summary>
    public TouchedRows(Weight table)
    {
        Table = table;
        _numbering = new RowNumbering(checked((int)table.Value.shape[0]));
    }

    /// <summary>The table.</summary>
    public Weight Table { get; }

    /// <summary>The touched rows as 64-bit indices; valid within the step's dispose scope.</summary>
    public Tensor Indices => _indices!;

    /// <summary>The gradient of the touched rows after the backward pass, or null where none was touched.</summary>
    public Tensor? Gradient => _module?.weight?.grad;

    /// <summary>Whether every row of the table was touched.</summary>
    public bool IsWhole => _numbering.Count == Table.Value.shape[0];

    /// <summary>Forgets the last step.</summary>
    public void Begin()
    {
        _numbering.Clear();
        _codes.Clear();
        _starts.Clear();
        _module?.Dispose();
        _module = null;
        _indices = null;
    }

    /// <summary>Starts the next bag.</summary>
    public void BeginBag() => _starts.Add(_codes.Count);

    /// <summary>Adds a row of the table to the bag.</summary>
    public void Add(int row) => _codes.Add(_numbering.Add(row));

    /// <summary>The mean of each bag's rows: [bags, D].</summary>
    public Tensor Mean()
    {
        if (_codes.Count == 0)
        {
            return zeros(_starts.Count, Table.Value.shape[1], device: Table.Value.device);
        }

        _indices = tensor(_numbering.ToIndices(), device: Table.Value.device);
        Tensor rows = Table.Value.index_select(0, _indices).detach();
        _module = nn.EmbeddingBag_from_pretrained(rows, freeze: false, mode: EmbeddingBagMode.Mean);
        using Tensor codes = tensor(_codes.ToArray(), device: rows.device);
        using Tensor starts = tensor(_starts.ToArray(), device: rows.device);
        return _module.forward(codes, starts, null);
    }
}
