using System.Collections.Immutable;

namespace Linr.ModelFile;

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dims, row-major; empty for a scalar.</param>
/// <param name="Start">Where its data start, in bytes from the start of the file.</param>
/// <param name="Bytes">The size of its data.</param>
public sealed record TensorInfo(string Name, TensorType Type, ImmutableArray<long> Shape, long Start, long Bytes)
{
    /// <summary>How many elements.</summary>
    public long Count => Bytes / Type.ElementBytes();
}
