using Linr.Kernels;
using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>
/// What a model file will hold of an embedding: rows in fewer bits, or the direction that a code tells. Forward the
/// rounded numbers, which are the engine's own; backward the gradient goes straight through (Bengio, Léonard and
/// Courville, arXiv 1308.3432).
/// </summary>
/// <param name="rowType">How rows are stored.</param>
/// <param name="codes">Codes instead, or null.</param>
/// <param name="dim">Width of the embedding.</param>
internal sealed class Rounding(RowType rowType, EmbeddingCodes? codes, int dim)
{
    private readonly SignOporp? _coder = codes is null ? null : new SignOporp(dim, codes.Bits, codes.Seed);

    /// <summary>Whether nothing is rounded.</summary>
    public bool IsExact => _coder is null && rowType == RowType.Float32;

    /// <summary>The rounded rows.</summary>
    /// <param name="embeddings">[rows, dim], of norm 1.</param>
    public Tensor Of(Tensor embeddings)
    {
        if (IsExact)
        {
            return embeddings;
        }

        float[] rows = embeddings.detach().cpu().contiguous().data<float>().ToArray();
        Round(rows);
        Tensor rounded = tensor(rows, device: embeddings.device).view(embeddings.shape);
        return embeddings.Plus(rounded.Plus(embeddings.detach().Times(-1)));
    }

    /// <summary>Rounds rows in place.</summary>
    public void Round(Span<float> rows)
    {
        for (int start = 0; !IsExact && start < rows.Length; start += dim)
        {
            RoundOne(rows.Slice(start, dim));
        }
    }

    private void RoundOne(Span<float> row)
    {
        if (_coder is not null)
        {
            Span<ulong> code = stackalloc ulong[_coder.Words];
            _coder.Encode(row, code);
            _coder.Decode(code, row);
            Normalise(row);
        }
        else if (rowType == RowType.Int8)
        {
            Span<sbyte> values = stackalloc sbyte[dim];
            Half scale = Int8Rows.RoundDirection(row, values);
            Int8Rows.Widen(values, scale, row);
        }
        else
        {
            Normalise(row);
            foreach (ref float value in row)
            {
                value = rowType == RowType.Float16 ? (float)(Half)value : BFloats.Widen(BFloats.Round(value));
            }
        }
    }

    private static void Normalise(Span<float> row)
    {
        double norm = Math.Sqrt(CanonicalScore.Dot(row, row));
        foreach (ref float value in row)
        {
            value = norm > 0 ? (float)(value / norm) : value;
        }
    }
}
