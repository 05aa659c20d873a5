using System.Globalization;
using System.Reflection;

namespace Linr.Kernels;

/// <summary>The compiled kernels that this assembly carries: PTX, which the driver makes the device's code of.</summary>
public static class CudaImages
{
    private const string Folder = "Linr.Kernels.Cuda.Ptx.";

    /// <summary>The manifest of the images.</summary>
    public static CudaManifest Manifest { get; } = CudaManifest.Parse(Read(CudaManifest.FileName));

    /// <summary>
    /// The image of an op for a device: that of the highest compute capability which is not above the device's. An
    /// image such as 90a is for 9.0 only, and goes before 90 there.
    /// </summary>
    /// <param name="op">The op's name in <see cref="CudaSources"/>.</param>
    /// <param name="capability">The device's compute capability.</param>
    /// <returns>PTX; the caller's own copy.</returns>
    /// <exception cref="ArgumentException">There is no such op.</exception>
    /// <exception cref="NotSupportedException">The device is older than every image.</exception>
    public static byte[] Find(string op, Version capability)
    {
        ArgumentNullException.ThrowIfNull(capability);
        CudaSource source = CudaSources.All.FirstOrDefault(s => s.Op == op)
            ?? throw new ArgumentException($"Expected the name of an op with kernels, found \"{op}\".", nameof(op));
        string architecture = Choose(source.Architectures, (10 * capability.Major) + capability.Minor)
            ?? throw new NotSupportedException(
            $"The kernels of {op} need compute capability {string.Join(" or ", source.Architectures.Select(Pointed))}"
            + $" or newer; this device has {capability}.");
        return Image(source, architecture);
    }

    /// <summary>The image of one architecture.</summary>
    internal static byte[] Image(CudaSource source, string architecture) => Read(source.ImageName(architecture));

    /// <summary>The architecture to take for a device of this capability (90 is 9.0); null: all are newer.</summary>
    internal static string? Choose(IReadOnlyList<string> architectures, int capability)
        => architectures
            .Where(a => IsExact(a) ? Capability(a) == capability : Capability(a) <= capability)
            .MaxBy(a => (Capability(a), IsExact(a)));

    private static bool IsExact(string architecture) => architecture.EndsWith('a');

    private static int Capability(string architecture)
        => int.Parse(architecture.TrimEnd('a'), CultureInfo.InvariantCulture);

    private static string Pointed(string architecture) => $"{architecture[..^1]}.{architecture[^1]}";

    private static byte[] Read(string file)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + file)
            ?? throw new InvalidOperationException($"Expected {file} in this assembly; tools/kernels.sh makes it.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
