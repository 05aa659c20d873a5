using System.Security.Cryptography;
using System.Text;

namespace Linr.Kernels;

/// <summary>One file of kernels and how it is compiled.</summary>
/// <param name="Op">The op: the name of its images, <c>Op.Architecture.ptx</c>.</param>
/// <param name="Path">The file, from the folder of this project, with slashes.</param>
/// <param name="Architectures">Compute capabilities, such as 80, 90 and, for that one only, 90a.</param>
/// <param name="Defines">Constants that the source sees as macros.</param>
public sealed record CudaSource(
    string Op, string Path, IReadOnlyList<string> Architectures, IReadOnlyList<CudaDefine> Defines)
{
    /// <summary>Where the text lies that goes before each source, from the folder of this project.</summary>
    public const string PreludePath = "Cuda/Prelude.cu";

    /// <summary>
    /// Compiler options of every source. Contraction is off: bits are as written, a fused multiply-add is asked for.
    /// </summary>
    public static IReadOnlyList<string> Flags { get; } = ["--std=c++17", "--fmad=false"];

    /// <summary>
    /// Files that several sources share, put between the prelude and <see cref="Path"/> in this order; paths like it.
    /// </summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>All files whose texts one after another are what is compiled.</summary>
    public IEnumerable<string> Paths => [PreludePath, .. Parts, Path];

    /// <summary>The file's name of an image.</summary>
    public string ImageName(string architecture) => $"{Op}.{architecture}.ptx";

    /// <summary>SHA-256 of all that decides the images but the compiler, in hexadecimal.</summary>
    /// <param name="texts">Of <see cref="Paths"/>.</param>
    public string Fingerprint(params IEnumerable<string> texts)
    {
        // A zero ends each part, so that no two lists of parts give the same bytes.
        IEnumerable<string> parts =
            [.. texts, .. Flags, "", .. Architectures, "", .. Defines.Select(d => d.ToString())];
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\0', parts.Select(p => p.ReplaceLineEndings("\n"))));
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
