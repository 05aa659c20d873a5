using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Linr.ModelFile;

/// <summary>
/// The header of a safetensors file: 8 bytes of length, then JSON of metadata (strings) and tensors, then spaces up to
/// a multiple of 4,096 bytes, where the data start.
/// </summary>
internal sealed class TensorHeader
{
    /// <summary>The most bytes of JSON that readers of the format accept.</summary>
    public const long JsonBytesMax = 100_000_000;

    /// <summary>The name of the header in errors.</summary>
    public const string Section = "header";

    /// <summary>Bytes before the JSON.</summary>
    public const int LengthBytes = sizeof(ulong);

    /// <summary>The JSON's entry that is not a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Data start at a multiple of this.</summary>
    public const int DataAlignmentBytes = 4_096;

    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The metadata.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The tensors in file order, with places from the start of the file.</summary>
    public required IReadOnlyList<TensorInfo> Tensors { get; init; }

    /// <summary>Bytes before the data: length, JSON and spaces.</summary>
    public required long Bytes { get; init; }

    /// <summary>The header of tensors that are laid out from the start of the data, as it is written.</summary>
    /// <exception cref="InvalidOperationException">The JSON is longer than the format allows.</exception>
    public static byte[] Format(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorInfo> tensors)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, s_options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(MetadataName);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            foreach (TensorInfo tensor in tensors)
            {
                Write(writer, tensor);
            }

            writer.WriteEndObject();
        }

        long end = LengthBytes + (long)json.WrittenCount;
        long bytes = (end + DataAlignmentBytes - 1) / DataAlignmentBytes * DataAlignmentBytes;
        if (bytes - LengthBytes > JsonBytesMax)
        {
            throw new InvalidOperationException(
                $"Expected a header of at most {JsonBytesMax} bytes; "
                + $"{tensors.Count} tensors need {bytes - LengthBytes}.");
        }

        byte[] header = new byte[bytes];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, bytes - LengthBytes);
        json.WrittenSpan.CopyTo(header.AsSpan(LengthBytes));
        return header;
    }

    private static void Write(Utf8JsonWriter writer, TensorInfo tensor)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Type.HeaderName());
        writer.WriteStartArray("shape");
        foreach (long dim in tensor.Shape)
        {
            writer.WriteNumberValue(dim);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(tensor.Start);
        writer.WriteNumberValue(tensor.Start + tensor.Bytes);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
