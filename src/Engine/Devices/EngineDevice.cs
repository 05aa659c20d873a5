namespace Linr.Engine;

/// <summary>What a <see cref="Retriever"/> scans on. Answers are the same, bit for bit.</summary>
public enum EngineDevice
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>One CUDA device or several; without one, or if the table does not fit, opening fails.</summary>
    Cuda,

    /// <summary>CUDA if there is a device and the table fits it, else the processor.</summary>
    Auto,
}
