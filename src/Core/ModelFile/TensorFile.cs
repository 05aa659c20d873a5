using System.Globalization;
using Linr.Memory;

namespace Linr.ModelFile;

/// <summary>
/// A safetensors file, mapped read-only; tensors are slices of the mapping, which this object owns. Safe for
/// concurrent readers.
/// </summary>
public sealed class TensorFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly TensorHeader _header;
    private readonly Dictionary<string, TensorInfo> _byName;

    private TensorFile(MappedFile file)
    {
        _file = file;
        _header = TensorHeaderReader.Read(file.Path, file.Contents);
        _byName = _header.Tensors.ToDictionary(tensor => tensor.Name);
        if (Find(TensorNames.Checksums) is { } checksums)
        {
            CheckHeader(checksums);
        }
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>The length of the file, in bytes.</summary>
    public long Bytes => _file.Bytes;

    /// <summary>The metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors in file order.</summary>
    public IReadOnlyList<TensorInfo> Tensors => _header.Tensors;

    /// <summary>Whether the file carries checksums of its tensors.</summary>
    public bool HasChecksums => _byName.ContainsKey(TensorNames.Checksums);

    /// <summary>Maps a file and checks its header, not yet its data.</summary>
    /// <exception cref="IOException">The file is missing or cannot be mapped.</exception>
    /// <exception cref="ModelFormatException">
    /// The header is not one, does not describe the file, or is damaged.
    /// </exception>
    public static TensorFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            return new TensorFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensor of that name, or null.</summary>
    public TensorInfo? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The bytes of a tensor.</summary>
    /// <exception cref="ArgumentException">The tensor is of another file.</exception>
    public NativeSlice<byte> Data(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return ReferenceEquals(Find(tensor.Name), tensor)
            ? _file.Contents.Slice(tensor.Start, tensor.Bytes)
            : throw new ArgumentException(
                $"Expected a tensor of {Path}; found \"{tensor.Name}\" of another file.", nameof(tensor));
    }

    /// <summary>The elements of a tensor, all dims flattened, row-major.</summary>
    /// <typeparam name="T">The element type, of the tensor's element size.</typeparam>
    /// <exception cref="ArgumentException">The tensor is of another file, or T has another size.</exception>
    public NativeSlice<T> Slice<T>(TensorInfo tensor)
        where T : unmanaged
    {
        NativeSlice<byte> data = Data(tensor);
        if (new NativeSlice<T>(0, 1).Bytes != tensor.Type.ElementBytes())
        {
            throw new ArgumentException(
                $"Tensor \"{tensor.Name}\": expected elements of {tensor.Type.HeaderName()}; found {typeof(T).Name}.",
                nameof(tensor));
        }

        return data.Cast<T>();
    }

    /// <summary>The elements of a tensor that must be there with this type and shape.</summary>
    /// <exception cref="ModelFormatException">It is missing or differs.</exception>
    public NativeSlice<T> Require<T>(string name, TensorType type, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        TensorInfo tensor = Find(name)
            ?? throw new ModelFormatException(
                Path, name, 0, $"a tensor {TensorTypes.Describe(type, shape.ToArray())}", "none");
        return tensor.Type == type && tensor.Shape.AsSpan().SequenceEqual(shape)
            ? Slice<T>(tensor)
            : throw Error(
                tensor, 0, TensorTypes.Describe(
                    type,
                    shape.ToArray()), TensorTypes.Describe(tensor.Type, tensor.Shape));
    }

    /// <summary>A fault within a tensor of this file.</summary>
    public ModelFormatException Error(TensorInfo tensor, long byteOffset, string expected, string found)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(Path, tensor.Name, tensor.Start + byteOffset, expected, found);
    }

    /// <summary>Compares tensors with their checksums, reading all of their bytes.</summary>
    /// <param name="which">Which tensors; null is all.</param>
    /// <param name="progress">Told after every block of at most 16 MiB, one at a time.</param>
    /// <param name="threads">Blocks compared at a time: one thread does not read as fast as a disk may.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ModelFormatException">A block differs, or the file carries no checksums.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Verify(
        Func<TensorInfo, bool>? which = null,
        IProgress<VerifyProgress>? progress = null,
        int threads = 1,
        CancellationToken cancellation = default)
    {
        NativeSlice<ulong> checksums = Require<ulong>(
            TensorNames.Checksums, TensorType.UInt64, Checksums.Count(Tensors));
        var blocks = new List<(TensorInfo Tensor, long Block, ulong Expected)>();
        long total = 0;
        long next = 1;
        foreach (TensorInfo tensor in Tensors.Where(tensor => tensor.Name != TensorNames.Checksums))
        {
            bool isWanted = which?.Invoke(tensor) ?? true;
            total += isWanted ? tensor.Bytes : 0;
            for (long block = 0; block < Checksums.BlockCount(tensor.Bytes); block++, next++)
            {
                if (isWanted)
                {
                    blocks.Add((tensor, block, checksums[next]));
                }
            }
        }

        Lock gate = new();
        ModelFormatException?[] faults = new ModelFormatException?[blocks.Count];
        long done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, blocks.Count, options, (i, state) =>
        {
            NativeSlice<byte> bytes = Checksums.Block(_file.Contents, blocks[i].Tensor, blocks[i].Block);
            ulong found = Checksums.Of(bytes.Span);
            if (found != blocks[i].Expected)
            {
                faults[i] = Error(
                    blocks[i].Tensor, blocks[i].Block * Checksums.BlockBytes, Hex(blocks[i].Expected), Hex(found));

                // Those before it are still compared, so that the first fault of the file is named.
                state.Break();
            }

            lock (gate)
            {
                done += bytes.Length;
                progress?.Report(new VerifyProgress(blocks[i].Tensor.Name, done, total));
            }
        });
        if (faults.FirstOrDefault(fault => fault is not null) is { } first)
        {
            throw first;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Hex(ulong checksum) => "XXH3 " + checksum.ToString("x16", CultureInfo.InvariantCulture);

    private void CheckHeader(TensorInfo checksums)
    {
        NativeSlice<ulong> stored = Require<ulong>(checksums.Name, TensorType.UInt64, Checksums.Count(Tensors));
        ulong found = Checksums.Of(_file.Contents.Slice(0, _header.Bytes).Span);
        if (stored[0] != found)
        {
            throw new ModelFormatException(Path, TensorHeader.Section, 0, Hex(stored[0]), Hex(found));
        }
    }
}
