using System.Runtime.InteropServices;
using System.Text;

namespace Linr.Tests.Onnx;

/// <summary>
/// Writes ONNX files for tests, as protocol buffers by hand: fields are numbered as onnx.proto3 numbers them.
/// </summary>
internal sealed class OnnxGraph
{
    public const int Float = 1;
    public const int Int64 = 7;
    public const int Text = 8;

    private const int GraphName = 2;
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    /// <summary>An input; a dimension of 0 is dynamic.</summary>
    public OnnxGraph Input(string name, int type, params int[] shape) => Add(_inputs, Tensor(name, type, shape));

    /// <summary>The output.</summary>
    public OnnxGraph Output(string name, int type, params int[] shape) => Add(_outputs, Tensor(name, type, shape));

    /// <summary>Weights.</summary>
    public OnnxGraph Floats(string name, int[] shape, params float[] values)
        => Add(_initializers, Initializer(name, Float, shape, MemoryMarshal.AsBytes<float>(values)));

    /// <summary>Whole numbers.</summary>
    public OnnxGraph Integers(string name, int[] shape, params long[] values)
        => Add(_initializers, Initializer(name, Int64, shape, MemoryMarshal.AsBytes<long>(values)));

    /// <summary>A node.</summary>
    public OnnxGraph Node(string operation, string[] inputs, string output, params byte[][] attributes)
        => Add(_nodes,
        [
            .. inputs.SelectMany(input => Bytes(1, input)),
            .. Bytes(2, output),
            .. Bytes(4, operation),
            .. attributes.SelectMany(attribute => Bytes(5, attribute)),
            .. operation == "LabelEncoder" ? Bytes(7, "ai.onnx.ml") : [],
        ]);

    /// <summary>An attribute that is a whole number.</summary>
    public static byte[] Integer(string name, long value) => [.. Bytes(1, name), .. Number(3, value), .. Number(20, 2)];

    /// <summary>An attribute that is a list of texts.</summary>
    public static byte[] Texts(string name, params string[] values)
        => [.. Bytes(1, name), .. values.SelectMany(value => Bytes(9, value)), .. Number(20, 8)];

    /// <summary>An attribute that is a list of floats.</summary>
    public static byte[] FloatList(string name, params float[] values)
        => [.. Bytes(1, name), .. Bytes(7, MemoryMarshal.AsBytes<float>(values).ToArray()), .. Number(20, 6)];

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        byte[] graph =
        [
            .. _nodes.SelectMany(node => Bytes(1, node)),
            .. Bytes(GraphName, "tower"),
            .. _initializers.SelectMany(one => Bytes(5, one)),
            .. _inputs.SelectMany(one => Bytes(11, one)),
            .. _outputs.SelectMany(one => Bytes(12, one)),
        ];
        return
        [
            .. Number(1, 8),
            .. Bytes(7, graph),
            .. Bytes(8, [.. Bytes(1, string.Empty), .. Number(2, 17)]),
            .. Bytes(8, [.. Bytes(1, "ai.onnx.ml"), .. Number(2, 2)]),
        ];
    }

    private OnnxGraph Add(List<byte[]> to, byte[] one)
    {
        to.Add(one);
        return this;
    }

    private static byte[] Tensor(string name, int type, int[] shape)
    {
        byte[] dims = [.. shape.SelectMany(dim => Bytes(1, dim == 0 ? Bytes(2, "any") : Number(1, dim)))];
        return [.. Bytes(1, name), .. Bytes(2, Bytes(1, [.. Number(1, type), .. Bytes(2, dims)]))];
    }

    private static byte[] Initializer(string name, int type, int[] shape, ReadOnlySpan<byte> raw)
        => [.. shape.SelectMany(dim => Number(1, dim)), .. Number(2, type), .. Bytes(8, name), .. Bytes(9, raw.ToArray())];

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Bytes(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int field, byte[] bytes)
        => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
