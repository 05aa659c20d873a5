using System.Numerics;
using System.Numerics.Tensors;

namespace Linr.Kernels.Scan;

/// <summary>
/// Starts the scores of a tile with the rows' own terms: minus the weighted squared norms of euclidean.
/// </summary>
internal static unsafe class RowTerms
{
    /// <summary>Writes the scores of one panel; some segment has terms.</summary>
    public static void Write(PlanQueries queries, TileBuffers buffers, int panel, int count)
    {
        bool add = false;
        for (int s = 0; s < queries.Segments.Length; s++)
        {
            if (!queries.Segments[s].HasRowTerm)
            {
                continue;
            }

            float* weights = queries.RowWeights(s) + (panel * queries.PanelSlots);
            float* terms = buffers.RowTerms + (s * TileBuffers.Entries);
            if (queries.IsFew)
            {
                WriteFew(weights, new ReadOnlySpan<float>(terms, count), add, queries.PanelSlots, buffers.Scores);
            }
            else
            {
                WritePanel(weights, terms, count, add, queries.PanelSlots, buffers.Scores);
            }

            add = true;
        }
    }

    /// <summary>Scores [slot][entry].</summary>
    private static void WriteFew(float* weights, ReadOnlySpan<float> terms, bool add, int slots, float* scores)
    {
        for (int slot = 0; slot < slots; slot++)
        {
            Span<float> target = new(scores + (slot * TileBuffers.Entries), terms.Length);
            if (add)
            {
                TensorPrimitives.MultiplyAdd(terms, weights[slot], target, target);
            }
            else
            {
                TensorPrimitives.Multiply(terms, weights[slot], target);
            }
        }
    }

    /// <summary>Scores [entry][slot]; slots are whole vectors.</summary>
    private static void WritePanel(float* weights, float* terms, int count, bool add, int slots, float* scores)
    {
        for (int e = 0; e < count; e++, scores += slots)
        {
            Vector<float> term = new(terms[e]);
            for (int slot = 0; slot < slots; slot += Vector<float>.Count)
            {
                Vector<float> before = add ? Vector.Load(scores + slot) : default;
                Vector.Store(before + (Vector.Load(weights + slot) * term), scores + slot);
            }
        }
    }
}
