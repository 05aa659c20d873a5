using System.Buffers.Binary;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Tests.Fuzz;

/// <summary>Headers of model files, with their data: a file of a few tensors.</summary>
internal sealed class ModelHeaderTarget : IFuzzTarget
{
    private const int DataBytesMax = 600;

    private readonly NativeBuffer _file = new(FuzzMutator.BytesMax + (4 * TensorHeader.DataAlignmentBytes));

    public string Name => "model file header";

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Utf8(
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\"__metadata__\":{", "\"dtype\":\"F32\"",
        "\"shape\":[",
        "\"data_offsets\":[0,0]", "9223372036854775807", "-1", "0", "4294967296", "1e3", "\"BOOL\"", "\"F8_E4M3\"",
        "null", "  ");

    public byte[] Make(Random random)
    {
        var tensors = new List<TensorInfo>();
        long end = 0;
        for (int count = random.Next(5); count > 0 && end < DataBytesMax; count--)
        {
            var type = (TensorType)random.Next(Enum.GetValues<TensorType>().Length);
            long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5))];
            long bytes = shape.Aggregate((long)type.ElementBytes(), (product, dim) => product * dim);
            tensors.Add(new TensorInfo($"t/{count}", type, [.. shape], end, bytes));
            end += bytes;
        }

        var metadata = Enumerable.Range(0, random.Next(3)).ToDictionary(i => $"k{i}", _ => $"v \"{random.Next(9)}\" \u00e9");
        byte[] header = TensorHeader.Format(metadata, tensors);

        // The format does not ask for the spaces behind the JSON, and a mutation would mostly hit them.
        int json = header.AsSpan().LastIndexOf((byte)'}') + 1;
        return Mend([.. header.AsSpan(0, random.Next(4) == 0 ? header.Length : json), .. new byte[end]], json);
    }

    public byte[] Mend(byte[] input, Random random)
        => random.Next(4) > 0 && input.AsSpan().LastIndexOf((byte)'}') is > TensorHeader.LengthBytes and var last
            ? Mend(input, last + 1) : input;

    public bool Parses(byte[] input)
    {
        TensorHeader header;
        try
        {
            header = Read(input);
        }
        catch (ModelFormatException error)
        {
            return error.Path == Name ? false : throw new FuzzFailureException($"an error of another file: {error.Message}");
        }

        byte[] again = TensorHeader.Format(
            header.Metadata, [.. header.Tensors.Select(tensor => tensor with { Start = tensor.Start - header.Bytes })]);
        TensorHeader same = Read([.. again, .. input.AsSpan((int)header.Bytes)]);
        long shift = same.Bytes - header.Bytes;
        bool isSame = InOrder(same.Metadata).SequenceEqual(InOrder(header.Metadata))
            && same.Tensors.Select(Describe(shift)).SequenceEqual(header.Tensors.Select(Describe(0)));
        return isSame ? true : throw new FuzzFailureException("another header when it was written and read again");
    }

    public void Dispose() => _file.Dispose();

    private static IEnumerable<KeyValuePair<string, string>> InOrder(IReadOnlyDictionary<string, string> metadata)
        => metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static Func<TensorInfo, string> Describe(long shift)
        => tensor => $"{tensor.Name} {TensorTypes.Describe(tensor.Type, tensor.Shape)} {tensor.Start - shift} {tensor.Bytes}";

    private static byte[] Mend(byte[] input, int jsonEnd)
    {
        byte[] mended = [.. input];
        BinaryPrimitives.WriteInt64LittleEndian(mended, jsonEnd - TensorHeader.LengthBytes);
        return mended;
    }

    private TensorHeader Read(ReadOnlySpan<byte> input)
    {
        input.CopyTo(_file.Span<byte>(0, input.Length));
        return TensorHeaderReader.Read(Name, _file.Slice<byte>().Slice(0, input.Length));
    }
}
