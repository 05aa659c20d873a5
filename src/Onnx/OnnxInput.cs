using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Linr.Onnx;

/// <summary>An input of an ONNX tower: its name, type and shape, -1 where a dimension is dynamic.</summary>
/// <param name="Tower">What errors call the tower.</param>
/// <param name="Name">The input's name.</param>
/// <param name="Type">What it is made of.</param>
/// <param name="Shape">Its shape; the first dimension is the batch.</param>
internal sealed record OnnxInput(string Tower, string Name, TensorElementType Type, int[] Shape)
{
    /// <summary>Values a row of an input of shape [B], [B, 1] or [B, n].</summary>
    /// <exception cref="ArgumentException">It has more dimensions, or n is dynamic.</exception>
    public int ValuesPerRow => Shape switch
    {
        [_] => 1,
        [_, > 0 and int count] => count,
        _ => throw Wrong("[B], [B, 1] or [B, n] with a fixed n", ShapeText),
    };

    /// <summary>The shape as errors write it.</summary>
    public string ShapeText => Text(Shape);

    /// <summary>The shape of a batch.</summary>
    public long[] ShapeOf(int rows) => [rows, .. Shape.Skip(1).Select(dim => (long)dim)];

    /// <summary>A shape as errors write it.</summary>
    public static string Text(IEnumerable<int> shape)
        => $"[{string.Join(", ", shape.Select(dim => dim < 0 ? "?" : dim.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>An error about this input.</summary>
    public ArgumentException Wrong(string expected, string found)
        => new($"{Tower}, input \"{Name}\": expected {expected}; found {found}.");

    /// <summary>A tensor of floats.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public OrtValue FromFloats(float[] floats, long[] shape)
        => Type == TensorElementType.Float ? Of(floats, shape) : throw Wrong("Float", Type.ToString());

    /// <summary>A tensor of this input, of floats, doubles, 32-bit or 64-bit integers or booleans.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public OrtValue FromNumbers(double[] numbers, long[] shape) => Type switch
    {
        TensorElementType.Float => Of(Array.ConvertAll(numbers, number => (float)number), shape),
        TensorElementType.Double => Of(numbers, shape),
        TensorElementType.Bool => Of(Array.ConvertAll(numbers, number => number != 0), shape),
        _ => throw Wrong("Float, Double, Int32, Int64 or Bool", Type.ToString()),
    };

    /// <summary>A tensor of this input, whatever its type of number.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public OrtValue FromIntegers(long[] integers, long[] shape) => Type switch
    {
        TensorElementType.Int64 => Of(integers, shape),
        TensorElementType.Int32 => Of(Array.ConvertAll(integers, ToInt32), shape),
        _ => FromNumbers(Array.ConvertAll(integers, integer => (double)integer), shape),
    };

    /// <summary>A tensor of strings.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public OrtValue FromTexts(string[] texts, long[] shape)
    {
        if (Type != TensorElementType.String)
        {
            throw Wrong(Type.ToString(), "texts");
        }

        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (int place = 0; place < texts.Length; place++)
        {
            value.StringTensorSetElementAt(texts[place], place);
        }

        return value;
    }

    private int ToInt32(long integer)
        => integer is >= int.MinValue and <= int.MaxValue
            ? (int)integer
            : throw Wrong("numbers of 32 bits", integer.ToString(CultureInfo.InvariantCulture));

    private static OrtValue Of<T>(T[] values, long[] shape)
        where T : unmanaged
        => OrtValue.CreateTensorValueFromMemory(values, shape);
}
