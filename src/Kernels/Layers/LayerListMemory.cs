using Linr.Cuda;

namespace Linr.Kernels.Layers;

/// <summary>The memory of a <see cref="LayerListRun"/>: each part grows to the largest batch and stays.</summary>
internal sealed class LayerListMemory(CudaContext context) : IDisposable
{
    private const int WordsMin = 1024;

    private PinnedBuffer<uint>? _inputs;
    private DeviceBuffer<uint>? _inputsThere;
    private DeviceBuffer<float>? _scratch;
    private DeviceBuffer<float>? _output;
    private PinnedBuffer<float>? _result;

    /// <summary>Host memory for at least so many words of inputs; what was written there before stays.</summary>
    public Span<uint> Inputs(uint words)
    {
        if (_inputs is null || _inputs.Length < words)
        {
            var larger = new PinnedBuffer<uint>(
                context, Math.Max(words, (_inputs?.Length * 2) ?? WordsMin), "inputs of layers");
            _inputs?.Span.CopyTo(larger.Span);
            _inputs?.Dispose();
            _inputs = larger;
        }

        return _inputs.Span;
    }

    /// <summary>Gives the first words to the device.</summary>
    public DeviceSlice<uint> EnqueueInputs(CudaStream stream, uint words)
    {
        if (_inputsThere is null || _inputsThere.Length < words)
        {
            _inputsThere?.Dispose();
            _inputsThere = null;
            _inputsThere = new DeviceBuffer<uint>(context, _inputs!.Length, "inputs of layers");
        }

        DeviceSlice<uint> there = _inputsThere.Slice(0, words);
        stream.EnqueueUpload(_inputs!.Slice(0, words), there);
        return there;
    }

    /// <summary>Device memory for activations.</summary>
    public DeviceSlice<float> Scratch(long floats)
    {
        if (_scratch is null || _scratch.Length < floats)
        {
            _scratch?.Dispose();
            _scratch = null;
            _scratch = new DeviceBuffer<float>(context, floats, "activations of layers");
        }

        return _scratch.Slice();
    }

    /// <summary>Memory for the output there and here.</summary>
    public (DeviceSlice<float> There, PinnedSlice<float> Here) Output(long floats)
    {
        if (_result is null || _result.Length < floats)
        {
            _output?.Dispose();
            _result?.Dispose();
            (_output, _result) = (null, null);
            _output = new DeviceBuffer<float>(context, floats, "output of layers");
            _result = new PinnedBuffer<float>(context, floats, "output of layers");
        }

        return (_output!.Slice(0, floats), _result.Slice(0, floats));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputs?.Dispose();
        _inputsThere?.Dispose();
        _scratch?.Dispose();
        _output?.Dispose();
        _result?.Dispose();
    }
}
