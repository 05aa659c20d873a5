using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Linr.Kernels.Tests.Cuda;

public sealed class CudaSourcesTests
{
    private static readonly Assembly s_tests = typeof(CudaSourcesTests).Assembly;

    public static TheoryData<string> Ops => [.. CudaSources.All.Select(s => s.Op)];

    [Theory]
    [MemberData(nameof(Ops))]
    public void The_images_were_made_of_the_present_source(string op)
    {
        CudaSource source = CudaSources.All.Single(s => s.Op == op);
        CudaManifestSource entry = Assert.Single(CudaImages.Manifest.Sources, s => s.Op == op);
        Assert.Equal(source.Path, entry.Path);
        Assert.Equal(source.Parts, entry.Parts);
        Assert.Equal(source.Defines.Select(d => d.ToString()), entry.Defines);
        Assert.Equal(source.Architectures, entry.Images.Select(i => i.Architecture));
        Assert.True(
            source.Fingerprint(source.Paths.Select(Text)) == entry.Fingerprint,
            $"{source.Path}, its parts, the prelude, the flags or the defines changed: run tools/kernels.sh, commit its output.");
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void The_images_are_those_of_the_manifest(string op)
    {
        CudaSource source = CudaSources.All.Single(s => s.Op == op);
        foreach (CudaManifestImage image in CudaImages.Manifest.Sources.Single(s => s.Op == op).Images)
        {
            byte[] ptx = CudaImages.Image(source, image.Architecture);
            Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData(ptx)));
            string text = Encoding.ASCII.GetString(ptx);
            Assert.Contains($".version {image.PtxVersion}\n", text, StringComparison.Ordinal);
            Assert.Contains($".target sm_{image.Architecture}\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_file_of_kernels_is_listed_once()
    {
        string[] resources = s_tests.GetManifestResourceNames();
        IEnumerable<string> files = resources.Where(n => n.EndsWith(".cu", StringComparison.Ordinal));
        string[] listed = [CudaSource.PreludePath, .. CudaSources.All.Select(s => s.Path)];
        Assert.Equal(listed.Length, listed.Distinct().Count());
        IEnumerable<string> parts = CudaSources.All.SelectMany(s => s.Parts).Distinct();
        Assert.Equal(listed.Concat(parts).Order().Select(p => "Sources/" + p), files.Order());
        Assert.Equal(CudaSources.All.Count, CudaImages.Manifest.Sources.Count);
    }

    [Fact]
    public void A_fingerprint_changes_with_each_part()
    {
        var source = new CudaSource("Op", "Op/Op.cu", ["80", "90"], [new("A", 1), new("B", 2)]);
        string[] fingerprints =
        [
            source.Fingerprint("p", "s"),
            source.Fingerprint("ps", ""),
            source.Fingerprint("", "ps"),
            source.Fingerprint("p", "part", "s"),
            (source with { Architectures = ["80"] }).Fingerprint("p", "s"),
            (source with { Defines = [new("A", 1), new("B", 3)] }).Fingerprint("p", "s"),
            (source with { Defines = [new("A", 1)] }).Fingerprint("p", "s"),
        ];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
        Assert.Equal(source.Fingerprint("p\n", "s"), source.Fingerprint("p\r\n", "s"));
    }

    [Theory]
    [InlineData(75, null)]
    [InlineData(80, "80")]
    [InlineData(89, "80")]
    [InlineData(90, "90a")]
    [InlineData(100, "90")]
    public void The_newest_image_that_the_device_can_run_is_taken(int capability, string? expected)
        => Assert.Equal(expected, CudaImages.Choose(["80", "90", "90a"], capability));

    [Fact]
    public void An_old_device_and_an_unknown_op_are_refused()
    {
        var old = Assert.Throws<NotSupportedException>(() => CudaImages.Find("CanonicalScore", new Version(7, 5)));
        Assert.Contains("8.0 or 9.0 or newer; this device has 7.5", old.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CudaImages.Find("Nothing", new Version(9, 0)));
    }

    private static string Text(string path)
    {
        using Stream? stream = s_tests.GetManifestResourceStream("Sources/" + path);
        Assert.NotNull(stream);
        return new StreamReader(stream).ReadToEnd();
    }
}
