using System.Collections.Immutable;
using Linr.Layers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Linr.Onnx;

/// <summary>
/// An ONNX file as a tower: named inputs with a batch, one output of embeddings. Safe for concurrent use.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    /// <summary>Opens a file.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="bytes">The bytes of the ONNX file.</param>
    /// <param name="threads">Threads of one run; 0: as many as there are processors.</param>
    /// <exception cref="LayerException">It is no ONNX file, or its output is no row of floats.</exception>
    public OnnxModel(string name, byte[] bytes, int threads)
    {
        Name = name;
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            _session = new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException problem)
        {
            throw new LayerException($"{name}: expected an ONNX file; {problem.Message}", problem);
        }

        Inputs = [.. _session.InputMetadata.Select(one => ToInput(one.Key, one.Value))];
        _inputNames = [.. Inputs.Select(input => input.Name)];
        (string output, NodeMetadata metadata) = _session.OutputMetadata.First();
        _outputNames = [output];
        if (!metadata.IsTensor || metadata.ElementDataType != TensorElementType.Float
            || metadata.Dimensions is not [_, > 0 and int dim])
        {
            string found = metadata.IsTensor
                ? $"{metadata.ElementDataType} {OnnxInput.Text(metadata.Dimensions)}"
                : metadata.OnnxValueType.ToString();
            _session.Dispose();
            throw new LayerException(
                $"{name}, output \"{output}\": expected Float [B, D] with a fixed D; found {found}.");
        }

        Dim = dim;
    }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    /// <summary>Its inputs, in its order.</summary>
    public ImmutableArray<OnnxInput> Inputs { get; }

    /// <summary>The width of its output, D.</summary>
    public int Dim { get; }

    /// <summary>Runs a batch.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>; they are disposed.</param>
    /// <param name="rows">Rows of the batch, B.</param>
    /// <param name="embeddings">[B, D], to fill.</param>
    /// <exception cref="LayerException">
    /// The file failed on these inputs, or gave another shape than it said.
    /// </exception>
    public void Run(OrtValue[] inputs, int rows, Span<float> embeddings)
    {
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs =
                _session.Run(_run, _inputNames, inputs, _outputNames);
            ReadOnlySpan<float> found = outputs[0].GetTensorDataAsSpan<float>();
            if (found.Length != rows * Dim)
            {
                throw new LayerException(
                    $"{Name}, output \"{_outputNames[0]}\": expected {rows} x {Dim} floats; found {found.Length}.");
            }

            found.CopyTo(embeddings);
        }
        catch (OnnxRuntimeException problem)
        {
            throw new LayerException($"{Name}: {problem.Message}", problem);
        }
        finally
        {
            foreach (OrtValue input in inputs)
            {
                input.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private OnnxInput ToInput(string name, NodeMetadata metadata)
        => metadata.IsTensor && metadata.Dimensions.Length > 0
            ? new OnnxInput(Name, name, metadata.ElementDataType, metadata.Dimensions)
            : throw new LayerException(
                $"{Name}, input \"{name}\": expected a tensor with a batch dimension; found {metadata.OnnxValueType}.");
}
