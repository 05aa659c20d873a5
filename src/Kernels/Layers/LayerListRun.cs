using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels.Layers;

/// <summary>
/// The inputs and the working memory of one batch of a <see cref="LayerListCuda"/>: one copy to the device, one launch,
/// one copy back, in a stream of its own. Reuse it: after the largest batch nothing is allocated, on host or device.
/// One thread at a time; dispose it before its list.
/// </summary>
public sealed class LayerListRun : IDisposable
{
    /// <summary>Where the inputs say how many samples there are.</summary>
    internal const int SamplesWord = 0;

    /// <summary>Where they say how many a block works on together.</summary>
    internal const int TileWord = 1;

    /// <summary>Where they say where the starts of sequences are.</summary>
    internal const int PlacesWord = 2;

    /// <summary>From where they say, for each source, where its starts and its data are.</summary>
    internal const int SourcesWord = 3;

    private readonly LayerListCuda _list;
    private readonly CudaStream _stream;
    private readonly LayerListMemory _buffers;
    private uint _words;
    private int _samples;
    private int _places;
    private int _missing;

    internal LayerListRun(LayerListCuda list)
    {
        _list = list;
        _stream = new CudaStream(list.Context, "layers");
        _buffers = new LayerListMemory(list.Context);
    }

    /// <summary>Begins a batch; then each source of the list is given its rows.</summary>
    /// <param name="samples">Rows of the output.</param>
    /// <param name="placeStarts">
    /// Where each sample's sequence starts in the rows of sequences, and where the last ends; empty where the list has
    /// none.
    /// </param>
    /// <exception cref="ArgumentException">The sequences are not one a sample, or one is too long.</exception>
    public void Begin(int samples, ReadOnlySpan<int> placeStarts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        LayerShapes.ThrowIfNot(placeStarts.Length, _list.PlacesMax == 0 ? 0 : samples + 1, nameof(placeStarts));
        ThrowIfNotStarts(placeStarts, _list.PlacesMax);
        _samples = samples;
        _places = placeStarts.IsEmpty ? 0 : placeStarts[^1];
        _missing = _list.SourceOf.Count;
        _words = (uint)(SourcesWord + (2 * _missing));
        Span<uint> header = _buffers.Inputs(_words);
        header[..(int)_words].Clear();
        header[SamplesWord] = (uint)samples;
        header[TileWord] = (uint)_list.TileSamples(samples);
        if (!placeStarts.IsEmpty)
        {
            uint starts = Append(MemoryMarshal.AsBytes(placeStarts));
            _buffers.Inputs(_words)[PlacesWord] = starts;
        }
    }

    /// <summary>Gives a <see cref="LayerOp.Values"/> its rows.</summary>
    /// <param name="layer">The layer's place in the list.</param>
    /// <param name="values">[samples or places, width].</param>
    /// <exception cref="ArgumentException">The layer is no such source, or the rows are too few or too many.</exception>
    public void SetValues(int layer, ReadOnlySpan<float> values)
    {
        int source = Source(layer, LayerOp.Values);
        LayerShapes.ThrowIfNot(values.Length, (long)Rows(layer) * _list.Layers[layer].Width, nameof(values));
        Set(source, 0, Append(MemoryMarshal.AsBytes(values)));
    }

    /// <summary>Gives a <see cref="LayerOp.Bag"/> its bags.</summary>
    /// <param name="layer">The layer's place in the list.</param>
    /// <param name="codes">Rows of its weight, bag after bag.</param>
    /// <param name="starts">Where each bag starts in <paramref name="codes"/>, and where the last ends.</param>
    /// <exception cref="ArgumentException">
    /// The layer is no such source, the bags are too few or too many, or a code is no row of the weight.
    /// </exception>
    public void SetBags(int layer, ReadOnlySpan<int> codes, ReadOnlySpan<int> starts)
    {
        int source = Source(layer, LayerOp.Bag);
        CudaLayer one = _list.Layers[layer];
        LayerShapes.ThrowIfNot(starts.Length, Rows(layer) + 1L, nameof(starts));
        LayerShapes.ThrowIfNot(starts[^1], codes.Length, nameof(starts));
        ThrowIfNotStarts(starts, int.MaxValue);
        if (!codes.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(TensorPrimitives.Min(codes), nameof(codes));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
                TensorPrimitives.Max(codes), one.Weight.Length / one.Width, nameof(codes));
        }

        Set(source, Append(MemoryMarshal.AsBytes(starts)), Append(MemoryMarshal.AsBytes(codes)));
    }

    /// <summary>Runs the list and waits for its output.</summary>
    /// <param name="output">[samples, width].</param>
    /// <exception cref="ArgumentException">The output has another length.</exception>
    /// <exception cref="InvalidOperationException">A source was given no rows.</exception>
    /// <exception cref="CudaException">The memory is not there, or the launch failed.</exception>
    public void Run(Span<float> output)
    {
        LayerShapes.ThrowIfNot(output.Length, (long)_samples * _list.Width, nameof(output));
        if (_missing != 0)
        {
            throw new InvalidOperationException($"{_missing} sources were given no rows.");
        }

        if (_samples == 0)
        {
            return;
        }

        int tile = _list.TileSamples(_samples);
        int blocks = Math.Min((_samples + tile - 1) / tile, _list.BlocksMax);
        DeviceSlice<float> scratch = _buffers.Scratch((long)blocks * tile * _list.SampleFloats);
        (DeviceSlice<float> embeddings, PinnedSlice<float> result) = _buffers.Output(output.Length);
        DeviceSlice<uint> inputs = _buffers.EnqueueInputs(_stream, _words);
        _list.Kernel.Launch(
            new LaunchShape((uint)blocks, LayerListCuda.Threads, LayerListCuda.SharedFloats * sizeof(float)),
            _stream,
            _list.Steps,
            (uint)_list.Steps.Length - 1,
            _list.SampleFloats,
            inputs,
            scratch,
            embeddings);
        _stream.EnqueueDownload(embeddings, result);
        _stream.Synchronize();
        result.Span.CopyTo(output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _stream.Dispose();
    }

    private static void ThrowIfNotStarts(ReadOnlySpan<int> starts, int countMax)
    {
        for (int place = 0; place < starts.Length; place++)
        {
            int count = starts[place] - (place == 0 ? 0 : starts[place - 1]);
            if (count < 0 || count > countMax || (place == 0 && count != 0))
            {
                throw new ArgumentException(
                    $"Expected starts from 0 that rise by {countMax} at most; found {count} more at {place}.",
                    nameof(starts));
            }
        }
    }

    private int Source(int layer, LayerOp op)
        => _list.SourceOf.TryGetValue(layer, out int source) && _list.Layers[layer].Op == op
            ? source
            : throw new ArgumentException($"Expected a layer of {op}; layer {layer} is none.", nameof(layer));

    private int Rows(int layer) => _list.Layers[layer].IsSequence ? _places : _samples;

    private void Set(int source, uint starts, uint data)
    {
        Span<uint> places = _buffers.Inputs(_words).Slice(SourcesWord + (2 * source), 2);
        _missing -= places[1] == 0 ? 1 : 0;
        (places[0], places[1]) = (starts, data);
    }

    // Where the words begin.
    private uint Append(ReadOnlySpan<byte> bytes)
    {
        uint start = _words;
        _words = checked(start + (uint)(bytes.Length / sizeof(uint)));
        bytes.CopyTo(MemoryMarshal.AsBytes(_buffers.Inputs(_words)[(int)start..]));
        return start;
    }
}
