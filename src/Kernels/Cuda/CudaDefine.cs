using System.Globalization;

namespace Linr.Kernels;

/// <summary>A constant of C# that a kernel's source sees as a macro.</summary>
/// <param name="Name">The macro.</param>
/// <param name="Value">Its value.</param>
public readonly record struct CudaDefine(string Name, long Value)
{
    /// <summary>As compilers take it after -D: NAME=VALUE.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}={Value}");
}
