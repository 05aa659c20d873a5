using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Embeddings;

/// <summary>A matrix of which few cells are not zero, and its best approximation of low rank.</summary>
/// <param name="rows">How many rows.</param>
/// <param name="columns">How many columns.</param>
internal sealed class SparseMatrix(int rows, int columns)
{
    // Directions beyond those wanted, and passes, after which the wanted ones have settled (Halko, Martinsson and Tropp
    // 2011, arXiv 0909.4061, sections 4.2 and 4.5).
    private const int Oversampling = 16;
    private const int Passes = 8;

    private readonly List<long> _rows = [];
    private readonly List<long> _columns = [];
    private readonly List<float> _values = [];

    /// <summary>Cells that are not zero.</summary>
    public int Count => _values.Count;

    /// <summary>Adds a cell; cells of one place add up.</summary>
    public void Add(int row, int column, float value)
    {
        _rows.Add(row);
        _columns.Add(column);
        _values.Add(value);
    }

    /// <summary>
    /// The left singular vectors by their singular values, by subspace iteration: row r at r * <paramref name="dim"/>,
    /// the largest value first, zeros beyond the rank.
    /// </summary>
    /// <param name="dim">How many.</param>
    /// <param name="seed">What the start is drawn from: on one CPU thread equal seeds give equal bits.</param>
    /// <param name="device">Where it is computed.</param>
    public (float[] Rows, float[] Values) Factorise(int dim, long seed, Device device)
    {
        int width = Math.Min(dim + Oversampling, Math.Min(rows, columns));
        float[] result = new float[(long)rows * dim];
        float[] values = new float[dim];
        if (Count == 0)
        {
            return (result, values);
        }

        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = ToTensor(device, _rows, _columns, rows, columns);
        Tensor turned = ToTensor(device, _columns, _rows, columns, rows);
        manual_seed(seed);
        Tensor basis = randn(columns, width).to(device);
        for (int pass = 0; pass < Passes; pass++)
        {
            using DisposeScope one = NewDisposeScope();
            Tensor left = linalg.qr(mm(matrix, basis)).Q;
            basis = linalg.qr(mm(turned, left)).Q.MoveToOuterDisposeScope();
        }

        Tensor projected = mm(matrix, basis);
        (Tensor squares, Tensor turns) = linalg.eigh(matmul(projected.t(), projected));

        // eigh is in ascending order.
        Tensor scaled = matmul(projected, turns).flip(1).cpu().contiguous();
        float[] found = scaled.data<float>().ToArray();
        float[] sizes = squares.flip(0).AtLeast(0).sqrt().cpu().contiguous().data<float>().ToArray();
        int kept = Math.Min(dim, width);
        for (int row = 0; row < rows; row++)
        {
            found.AsSpan(row * width, kept).CopyTo(result.AsSpan(row * dim));
        }

        sizes.AsSpan(0, kept).CopyTo(values);
        return (result, values);
    }

    private Tensor ToTensor(Device device, List<long> first, List<long> second, int height, int width)
    {
        Tensor places = stack([tensor(first.ToArray()), tensor(second.ToArray())]).to(device);
        return sparse_coo_tensor(places, tensor(_values.ToArray()).to(device), [height, width]);
    }
}
