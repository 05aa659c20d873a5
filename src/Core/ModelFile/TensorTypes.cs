namespace Linr.ModelFile;

/// <summary>Names and sizes of tensor types.</summary>
public static class TensorTypes
{
    private static readonly (TensorType Type, string Name, int Bytes)[] s_all =
    [
        (TensorType.Bool, "BOOL", 1), (TensorType.UInt8, "U8", 1), (TensorType.Int8, "I8", 1),
        (TensorType.Float8E5M2, "F8_E5M2", 1), (TensorType.Float8E4M3, "F8_E4M3", 1),
        (TensorType.Int16, "I16", 2), (TensorType.UInt16, "U16", 2), (TensorType.Float16, "F16", 2),
        (TensorType.BFloat16, "BF16", 2), (TensorType.Int32, "I32", 4), (TensorType.UInt32, "U32", 4),
        (TensorType.Float32, "F32", 4), (TensorType.Int64, "I64", 8), (TensorType.UInt64, "U64", 8),
        (TensorType.Float64, "F64", 8),
    ];

    /// <summary>Bytes of one element.</summary>
    public static int ElementBytes(this TensorType type) => s_all[(int)type].Bytes;

    /// <summary>The type's name in a header.</summary>
    public static string HeaderName(this TensorType type) => s_all[(int)type].Name;

    /// <summary>A type and shape as errors say them: <c>F32 [3, 128]</c>.</summary>
    public static string Describe(TensorType type, IEnumerable<long> shape)
        => $"{type.HeaderName()} [{string.Join(", ", shape)}]";

    /// <summary>The type of a name in a header, or null when safetensors has no such type.</summary>
    public static TensorType? FromHeaderName(string? name)
    {
        int position = Array.FindIndex(s_all, one => one.Name == name);
        return position < 0 ? null : s_all[position].Type;
    }
}
