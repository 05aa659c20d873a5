using Linr.Engine.Resident;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine;

/// <summary>Tells what memory a model will take, before it is opened.</summary>
public static class ModelMemory
{
    /// <summary>
    /// The host's memory that opening a model with <see cref="RetrieverOptions.Live"/> will take, by owner, from the
    /// file's header alone: within some percent of what <see cref="Retriever.Memory"/> says then. What a device takes
    /// is checked before it is loaded (<see cref="Index.Device.DeviceBudget"/>).
    /// </summary>
    /// <param name="path">The model file.</param>
    /// <param name="capacity">As <see cref="Live.LiveOptions.Capacity"/>.</param>
    /// <param name="copyRows">As <see cref="RetrieverOptions.CopyRows"/>.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="ModelFormatException">It is no model.</exception>
    public static MemoryUse Estimate(string path, long capacity = 0, bool copyRows = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        using var file = TensorFile.Open(path);
        Schema schema = ModelReader.ReadSchema(file);
        var tally = new MemoryTally(schema);
        tally.AddFile(file.Tensors);
        new LiveEstimate(file, schema, capacity, copyRows, tally).AddAll();
        return tally.Use;
    }
}
