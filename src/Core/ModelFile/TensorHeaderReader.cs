using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Linr.Memory;

namespace Linr.ModelFile;

/// <summary>
/// Reads and checks a header: every tensor has a known type and a shape of its size, and none overlap or leave a gap.
/// </summary>
internal ref struct TensorHeaderReader
{
    private readonly string _path;
    private readonly Dictionary<string, string> _metadata = [];
    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly long _dataStart;
    private Utf8JsonReader _json;

    private TensorHeaderReader(string path, ReadOnlySpan<byte> json)
    {
        _path = path;
        _dataStart = TensorHeader.LengthBytes + json.Length;
        _json = new Utf8JsonReader(json);
    }

    /// <summary>Reads the header of a whole file.</summary>
    /// <exception cref="ModelFormatException">It is not a header, or does not describe the file.</exception>
    public static TensorHeader Read(string path, NativeSlice<byte> file)
    {
        if (file.Length < TensorHeader.LengthBytes)
        {
            throw Error(path, 0, $"at least {TensorHeader.LengthBytes} bytes", $"a file of {file.Length}");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, TensorHeader.LengthBytes).Span);
        if (length > TensorHeader.JsonBytesMax)
        {
            throw Error(path, 0, $"a safetensors header of at most {TensorHeader.JsonBytesMax} bytes", Text(length));
        }

        if ((long)length > file.Length - TensorHeader.LengthBytes)
        {
            throw Error(path, 0, $"a header within the file of {file.Length} bytes", $"one of {length}");
        }

        ReadOnlySpan<byte> json = file.Slice(TensorHeader.LengthBytes, (long)length).Span;
        if (!Utf8.IsValid(json))
        {
            throw Error(path, TensorHeader.LengthBytes, "UTF-8", "other bytes");
        }

        return new TensorHeaderReader(path, json).Read(file.Length);
    }

    private static ModelFormatException Error(string path, long at, string expected, string found)
        => new(path, TensorHeader.Section, at, expected, found);

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private TensorHeader Read(long fileBytes)
    {
        try
        {
            ReadEntries();
        }
        catch (JsonException)
        {
            throw Error("JSON", "something else");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader's way to refuse an escaped half of a surrogate pair.
            throw Error("a Unicode string", "half a surrogate pair");
        }

        return new TensorHeader { Metadata = _metadata, Tensors = CheckLayout(fileBytes), Bytes = _dataStart };
    }

    private void ReadEntries()
    {
        Expect(JsonTokenType.StartObject, "an object of tensors");
        while (Next() != JsonTokenType.EndObject)
        {
            string name = _json.GetString()!;
            if (name == TensorHeader.MetadataName)
            {
                ReadMetadata();
            }
            else
            {
                TensorInfo tensor = ReadTensor(name);
                if (!_tensors.TryAdd(name, tensor))
                {
                    throw Error("a tensor name once", $"\"{name}\" again");
                }
            }
        }

        if (_json.Read())
        {
            throw Error("spaces after the header's object", _json.TokenType.ToString());
        }
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, "an object of metadata");
        while (Next() != JsonTokenType.EndObject)
        {
            string key = _json.GetString()!;
            Expect(JsonTokenType.String, $"a string for \"{key}\"");
            if (!_metadata.TryAdd(key, _json.GetString()!))
            {
                throw Error("a metadata key once", $"\"{key}\" again");
            }
        }
    }

    private TensorInfo ReadTensor(string name)
    {
        string? typeName = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(JsonTokenType.StartObject, $"an object for tensor \"{name}\"");
        while (Next() != JsonTokenType.EndObject)
        {
            switch (_json.GetString())
            {
                case "dtype" when typeName is null:
                    Expect(JsonTokenType.String, "a type name");
                    typeName = _json.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers();
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers();
                    break;
                case var other:
                    throw Error($"dtype, shape and data_offsets once each for tensor \"{name}\"", $"\"{other}\"");
            }
        }

        TensorType type = TensorTypes.FromHeaderName(typeName)
            ?? throw Error($"a known dtype for tensor \"{name}\"", typeName is null ? "none" : $"\"{typeName}\"");
        if (shape is null || offsets is not [long start, long end] || start > end || end > long.MaxValue - _dataStart)
        {
            throw Error($"a shape and rising data_offsets for tensor \"{name}\"", "other values");
        }

        if (BytesOf(type, shape) is not { } bytes || bytes != end - start)
        {
            throw Error(
                $"data_offsets as far apart as {TensorTypes.Describe(type, shape)} needs for tensor \"{name}\"",
                $"{end - start} bytes");
        }

        return new TensorInfo(name, type, [.. shape], _dataStart + start, end - start);
    }

    private List<long> ReadNumbers()
    {
        var numbers = new List<long>();
        Expect(JsonTokenType.StartArray, "an array of numbers");
        while (Next() != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out long number) || number < 0)
            {
                throw Error("an integer of 0 or more", _json.TokenType.ToString());
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static long? BytesOf(TensorType type, List<long> shape)
    {
        try
        {
            return shape.Aggregate((long)type.ElementBytes(), (product, dim) => checked(product * dim));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private readonly ImmutableArray<TensorInfo> CheckLayout(long fileBytes)
    {
        ImmutableArray<TensorInfo> tensors = [.. _tensors.Values.OrderBy(one => one.Start).ThenBy(one => one.Bytes)];
        long end = _dataStart;
        foreach (TensorInfo tensor in tensors)
        {
            if (tensor.Start != end)
            {
                string what = tensor.Start < end ? "an overlap" : "a gap";
                throw new ModelFormatException(
                    _path, tensor.Name, tensor.Start, $"its data to start at byte {end}", what);
            }

            end += tensor.Bytes;
            if (end > fileBytes)
            {
                throw new ModelFormatException(
                    _path, tensor.Name, tensor.Start, $"data up to byte {end}", $"a file of {fileBytes} bytes");
            }
        }

        return end == fileBytes
            ? tensors
            : throw Error(_path, end, $"a file of {end} bytes, as its tensors say", $"one of {fileBytes}");
    }

    private JsonTokenType Next()
    {
        _ = _json.Read();
        return _json.TokenType;
    }

    private void Expect(JsonTokenType type, string expected)
    {
        if (Next() != type)
        {
            throw Error(expected, _json.TokenType.ToString());
        }
    }

    private readonly ModelFormatException Error(string expected, string found)
        => Error(_path, TensorHeader.LengthBytes + _json.BytesConsumed, expected, found);
}
