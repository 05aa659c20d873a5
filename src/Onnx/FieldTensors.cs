using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Linr.Onnx;

/// <summary>Tensors of raw values and of ids.</summary>
internal static class FieldTensors
{
    /// <summary>
    /// Values of a field: the first n of each row, n being what the input has room for; 0, false or an empty text where
    /// there are fewer. Dates are days since 1970 as floats, and microseconds as integers.
    /// </summary>
    /// <exception cref="ArgumentException">A value is of a type that the input cannot take.</exception>
    public static OrtValue OfValues(OnnxInput input, IReadOnlyList<IReadOnlyList<Value>> rows)
    {
        int count = input.ValuesPerRow;
        Value?[] values =
        [
            .. from row in rows
               from place in Enumerable.Range(0, count)
               select place < row.Count ? row[place] : default(Value?),
        ];
        long[] shape = input.ShapeOf(rows.Count);
        return input.Type switch
        {
            TensorElementType.String => input.FromTexts(Array.ConvertAll(values, value => ToText(input, value)), shape),
            TensorElementType.Int64 or TensorElementType.Int32 => input.FromIntegers(
                Array.ConvertAll(values, value => ToInteger(input, value)), shape),
            _ => input.FromNumbers(Array.ConvertAll(values, value => ToNumber(input, value)), shape),
        };
    }

    /// <summary>Ids: integers as they are, others as texts; 0 or an empty text for none.</summary>
    /// <exception cref="ArgumentException">The input takes another kind.</exception>
    public static OrtValue OfIds(OnnxInput input, IdKind kind, IReadOnlyList<ItemId?> ids, long[] shape)
    {
        TensorElementType expected = kind == IdKind.Integer ? TensorElementType.Int64 : TensorElementType.String;
        if (input.Type != expected)
        {
            throw input.Wrong($"{expected}, for ids of kind {kind}", input.Type.ToString());
        }

        return kind == IdKind.Integer
            ? input.FromIntegers([.. ids.Select(id => id?.Integer ?? 0)], shape)
            : input.FromTexts([.. ids.Select(id => id?.ToString() ?? string.Empty)], shape);
    }

    private static string ToText(OnnxInput input, Value? value) => value switch
    {
        null => string.Empty,
        { Type: FieldType.Keyword or FieldType.Text or FieldType.Json } text => text.Text,
        { } other => throw input.Wrong("keywords or texts for String", other.Type.ToString()),
    };

    private static long ToInteger(OnnxInput input, Value? value) => value switch
    {
        null => 0,
        { Type: FieldType.Integer or FieldType.Date } integer => integer.Integer,
        { Type: FieldType.Boolean } boolean => boolean.Boolean ? 1 : 0,
        { } other => throw input.Wrong($"integers, dates or booleans for {input.Type}", other.Type.ToString()),
    };

    private static double ToNumber(OnnxInput input, Value? value) => value switch
    {
        null => 0,
        { Type: FieldType.Integer } integer => integer.Integer,
        { Type: FieldType.Float } number => number.Float,
        { Type: FieldType.Boolean } boolean => boolean.Boolean ? 1 : 0,
        { Type: FieldType.Date } date => date.Integer / 86_400e6,
        { } other => throw input.Wrong($"numbers, dates or booleans for {input.Type}", other.Type.ToString()),
    };
}
