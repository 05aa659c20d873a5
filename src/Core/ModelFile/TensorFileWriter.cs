using System.Runtime.InteropServices;
using Linr.Memory;

namespace Linr.ModelFile;

/// <summary>
/// Writes a safetensors file: the data start at a multiple of 4,096 bytes and each tensor at a multiple of its own
/// alignment, through U8 tensors of zeros named pad/..., and a last tensor holds the checksums of all others.
/// </summary>
public static class TensorFileWriter
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>
    /// Writes the file under another name beside <paramref name="path"/>, forces it to the disk, and then gives it its
    /// name in one step: a reader sees the old file or the new one, and a crash leaves one of them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Strings by name, written in the order of their names.</param>
    /// <param name="tensors">The tensors in the order of the file.</param>
    /// <exception cref="ArgumentException">A name is used twice, or is one that the format itself uses.</exception>
    /// <exception cref="InvalidOperationException">
    /// A tensor wrote another number of bytes than its shape says, or the header would be too long.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(
                unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                Write(stream, metadata, tensors);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        FolderSync.Flush(folder);
    }

    /// <summary>Writes the bytes of the file to a stream, from its position on.</summary>
    /// <param name="stream">The stream; it is neither flushed nor closed.</param>
    /// <param name="metadata">Strings by name, written in the order of their names.</param>
    /// <param name="tensors">The tensors in the order of the file.</param>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, string}, IReadOnlyList{TensorSource})"
    /// path="/exception"/>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        CheckNames(tensors);
        List<(TensorInfo Info, Action<TensorSink> Write)> layout = LayOut(tensors);
        byte[] header = TensorHeader.Format(metadata, [.. layout.Select(one => one.Info)]);
        WriteAll(stream, header, layout);
    }

    private static void CheckNames(IReadOnlyList<TensorSource> tensors)
    {
        var names = new HashSet<string>();
        foreach (TensorSource tensor in tensors)
        {
            bool isOwn = tensor.Name is TensorNames.Checksums or TensorHeader.MetadataName
                || tensor.Name.StartsWith(TensorNames.PadPrefix, StringComparison.Ordinal);
            if (isOwn || !names.Add(tensor.Name))
            {
                string found = isOwn ? "a name that the format itself uses" : "a name twice";
                throw new ArgumentException($"Tensor \"{tensor.Name}\": found {found}.", nameof(tensors));
            }
        }
    }

    // Places count from the start of the data, as the header gives them; the checksums come last and are not a source.
    private static List<(TensorInfo Info, Action<TensorSink> Write)> LayOut(IReadOnlyList<TensorSource> tensors)
    {
        var layout = new List<(TensorInfo, Action<TensorSink>)>();
        long end = 0;
        int pads = 0;
        foreach (TensorSource tensor in tensors)
        {
            Align(tensor.Bytes == 0 ? 1 : tensor.AlignmentBytes);
            Add(new TensorInfo(tensor.Name, tensor.Type, tensor.Shape, end, tensor.Bytes), tensor.Write);
        }

        Align(sizeof(ulong));
        long count = Checksums.Count(layout.Select(one => one.Item1));
        Add(new TensorInfo(TensorNames.Checksums, TensorType.UInt64, [count], end, count * sizeof(ulong)), _ => { });
        return layout;

        void Align(int alignment)
        {
            long bytes = (alignment - (end % alignment)) % alignment;
            if (bytes > 0)
            {
                byte[] zeros = new byte[bytes];
                Add(
                    new TensorInfo($"{TensorNames.PadPrefix}{pads++}", TensorType.UInt8, [bytes], end, bytes),
                    sink => sink.Write<byte>(zeros));
            }
        }

        void Add(TensorInfo info, Action<TensorSink> write)
        {
            layout.Add((info, write));
            end += info.Bytes;
        }
    }

    private static void WriteAll(
        Stream stream, byte[] header, List<(TensorInfo Info, Action<TensorSink> Write)> layout)
    {
        stream.Write(header);
        var checksums = new List<ulong> { Checksums.Of(header) };
        foreach ((TensorInfo info, Action<TensorSink> write) in layout.SkipLast(1))
        {
            var sink = new TensorSink(stream, checksums);
            write(sink);
            sink.Close();
            if (sink.Bytes != info.Bytes)
            {
                throw new InvalidOperationException(
                    $"Tensor \"{info.Name}\": expected {info.Bytes} bytes of data; {sink.Bytes} were written.");
            }
        }

        stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(checksums)));
    }
}
