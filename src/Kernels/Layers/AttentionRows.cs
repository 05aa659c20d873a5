namespace Linr.Kernels.Layers;

/// <summary>What a <see cref="CausalAttention"/> reads.</summary>
public readonly ref struct AttentionRows
{
    /// <summary>A row a place, or where <see cref="IsLatest"/> a row a sequence: [rows, key width].</summary>
    public required ReadOnlySpan<float> Queries { get; init; }

    /// <summary>[places, key width].</summary>
    public required ReadOnlySpan<float> Keys { get; init; }

    /// <summary>[places, value width].</summary>
    public required ReadOnlySpan<float> Values { get; init; }

    /// <summary>Floats of a query and of a key.</summary>
    public required int KeyWidth { get; init; }

    /// <summary>Floats of a value.</summary>
    public required int ValueWidth { get; init; }

    /// <summary>Whether there are queries of the latest places alone.</summary>
    public bool IsLatest { get; init; }
}
