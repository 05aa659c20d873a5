using System.IO.Hashing;
using System.Text;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Engine.Live;

/// <summary>What makes embeddings of items, as one number: XXH3-128 of its layers and of all that they read.</summary>
internal static class MakerFingerprint
{
    private const int PieceBytes = 16 * 1024 * 1024;

    /// <summary>The number of a model's item towers and heads: the same in every file that has them.</summary>
    /// <param name="model">The model; null for items alone.</param>
    /// <param name="layers">Its layers.</param>
    /// <returns>The number; 0 where nothing makes embeddings.</returns>
    /// <exception cref="ModelFormatException">A tensor that they read is missing.</exception>
    public static UInt128 Of(LoadedModel? model, LayerList layers)
    {
        var makers = new LayerList(model is null ? [] : [.. ItemEmbedder.MakersOf(model, layers)]);
        if (makers.Towers.IsEmpty)
        {
            return 0;
        }

        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes(makers.ToJson()));
        foreach (string name in makers.TensorNames())
        {
            TensorInfo tensor = model!.FindTensor(name)
                ?? throw new ModelFormatException(model.Path, name, 0, "a tensor that a layer reads", "none");
            hash.Append(Encoding.UTF8.GetBytes(TensorTypes.Describe(tensor.Type, tensor.Shape)));
            NativeSlice<byte> data = model.Data(tensor);
            for (long at = 0; at < data.Length; at += PieceBytes)
            {
                hash.Append(data.Slice(at, Math.Min(PieceBytes, data.Length - at)).Span);
            }
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
