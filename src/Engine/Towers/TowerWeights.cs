using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Engine.Towers;

/// <summary>The tensors of a model's layers, mapped; the model must outlive it.</summary>
internal sealed class TowerWeights(LoadedModel model)
{
    /// <summary>A float tensor of so many dims.</summary>
    /// <exception cref="LayerException">It is missing, or of another type or shape.</exception>
    public (NativeSlice<float> Data, long[] Shape) Floats(LayerSpec layer, string role, int dims)
        => Find<float>(layer, role, TensorType.Float32, dims);

    /// <summary>A vector of 64-bit integers.</summary>
    /// <exception cref="LayerException">It is missing, or of another type or shape.</exception>
    public NativeSlice<long> Integers(LayerSpec layer, string role)
        => Find<long>(layer, role, TensorType.Int64, 1).Data;

    /// <summary>A vector of bytes.</summary>
    /// <exception cref="LayerException">It is missing, or of another type or shape.</exception>
    public NativeSlice<byte> Bytes(LayerSpec layer, string role) => Find<byte>(layer, role, TensorType.UInt8, 1).Data;

    private (NativeSlice<T> Data, long[] Shape) Find<T>(LayerSpec layer, string role, TensorType type, int dims)
        where T : unmanaged
    {
        string name = layer.Tensors[role];
        TensorInfo? found = model.FindTensor(name);
        if (found is null || found.Type != type || found.Shape.Length != dims)
        {
            string what = found is null ? "none" : $"{found.Type} of {found.Shape.Length} dims";
            throw new LayerException(
                $"Layer \"{layer.Name}\": expected its {role} as tensor \"{name}\", {type} of {dims} dims; "
                + $"found {what}.");
        }

        return (model.Require<T>(name, type, found.Shape.AsSpan()), [.. found.Shape]);
    }
}
