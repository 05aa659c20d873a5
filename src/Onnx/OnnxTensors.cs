using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Onnx;

/// <summary>
/// ONNX towers within a model file: the tensor <c>onnx/query/NAME</c> or <c>onnx/item/NAME</c>, U8, has the bytes of
/// the ONNX file of the tower for the embedding of that name. A program that does not know it carries it along.
/// </summary>
public static class OnnxTensors
{
    private const string Prefix = "onnx/";

    /// <summary>A tower as a tensor to write.</summary>
    /// <param name="tower">item or query.</param>
    /// <param name="embedding">The embedding that it makes.</param>
    /// <param name="bytes">The bytes of the ONNX file.</param>
    public static TensorSource ToTensor(string tower, string embedding, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return TensorSource.Of($"{Prefix}{tower}/{embedding}", TensorType.UInt8, [bytes.Length], bytes);
    }

    /// <summary>
    /// The first tower of that kind in a model, and the embedding that it makes; null where there is none.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="tower">item or query.</param>
    public static (string Embedding, byte[] Bytes)? Find(LoadedModel model, string tower)
    {
        ArgumentNullException.ThrowIfNull(model);
        string prefix = $"{Prefix}{tower}/";
        TensorInfo? found = model.Tensors.FirstOrDefault(
            tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal));
        return found is null
            ? null
            : (found.Name[prefix.Length..],
                model.Require<byte>(found.Name, TensorType.UInt8, found.Count).Span.ToArray());
    }
}
