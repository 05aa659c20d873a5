using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Kernels;

/// <summary>What the compile step wrote down about the embedded images.</summary>
/// <param name="Compiler">The compiler, with its version.</param>
/// <param name="Sources">The sources it compiled.</param>
public sealed record CudaManifest(string Compiler, IReadOnlyList<CudaManifestSource> Sources)
{
    /// <summary>The file's name, beside the images.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">The text is no manifest.</exception>
    public static CudaManifest Parse(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, CudaManifestJson.Default.CudaManifest)
            ?? throw new JsonException($"Expected an object in {FileName}, found null.");

    /// <summary>The text of a manifest: one array element a line, for tools that read lines.</summary>
    public string ToJson()
        => JsonSerializer.Serialize(this, CudaManifestJson.Default.CudaManifest).ReplaceLineEndings("\n") + "\n";
}

/// <summary>One source of a <see cref="CudaManifest"/>.</summary>
/// <param name="Op">The op.</param>
/// <param name="Path">The file, from the folder of this project.</param>
/// <param name="Parts">Files that are put before it, after the prelude.</param>
/// <param name="Fingerprint">What <see cref="CudaSource.Fingerprint"/> gave.</param>
/// <param name="Defines">Macros, as NAME=VALUE.</param>
/// <param name="Images">The images.</param>
public sealed record CudaManifestSource(
    string Op,
    string Path,
    IReadOnlyList<string> Parts,
    string Fingerprint,
    IReadOnlyList<string> Defines,
    IReadOnlyList<CudaManifestImage> Images);

/// <summary>One image of a <see cref="CudaManifestSource"/>.</summary>
/// <param name="Architecture">The compute capability it was compiled for.</param>
/// <param name="PtxVersion">The PTX ISA version that a driver must know.</param>
/// <param name="Sha256">SHA-256 of the file, in hexadecimal.</param>
public sealed record CudaManifestImage(string Architecture, string PtxVersion, string Sha256);

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CudaManifest))]
internal sealed partial class CudaManifestJson : JsonSerializerContext;
