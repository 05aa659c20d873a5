using System.Xml.Linq;

namespace Linr.Tests.Repository;

/// <summary>The table of arrows in STYLE.md: which project may use which.</summary>
public sealed class ArrowsTests
{
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Memory"] = [],
        ["Core"] = ["Memory"],
        ["Cuda"] = ["Memory"],
        ["Kernels"] = ["Memory", "Cuda"],
        ["Index"] = ["Core", "Kernels"],
        ["Engine"] = ["Core", "Kernels", "Index"],
        ["Embedded"] = ["Engine"],
        ["Formats"] = ["Core"],
        ["Ingest"] = ["Engine", "Formats"],
        ["Training"] = ["Core", "Kernels", "Engine", "Formats"],
        ["Onnx"] = ["Engine"],
        ["VectorData"] = ["Embedded"],
        ["Protocol"] = [],
        ["Client"] = ["Protocol"],
        ["Server"] = ["Engine", "Ingest", "Protocol"],
        ["Cli"] = ["Training", "Onnx", "Ingest", "Server"],
    };

    private static readonly string[] s_unsafeProjects = ["Memory", "Cuda", "Kernels"];

    public static TheoryData<string> Projects => [.. s_arrows.Keys];

    [Fact]
    public void Every_project_of_src_is_in_the_table()
        => Assert.Equal(
            s_arrows.Keys.Order(),
            Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src")).Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_the_table_allows(string project)
    {
        IEnumerable<string> uses = Read(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(
                reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(uses.Except(s_arrows[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_memory_cuda_and_kernels_may_be_unsafe(string project)
    {
        bool isUnsafe = Read(project).Descendants("AllowUnsafeBlocks").Any(element => element.Value == "true");
        Assert.Equal(s_unsafeProjects.Contains(project), isUnsafe);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_training_names_torch(string project)
    {
        bool namesTorch = Read(project).Descendants("PackageReference")
            .Any(reference => reference.Attribute("Include")!.Value.Contains(
                "torch", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(project == "Training", namesTorch);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_onnx_names_the_onnx_runtime(string project)
    {
        bool namesOnnx = Read(project).Descendants("PackageReference")
            .Any(reference => reference.Attribute("Include")!.Value.Contains("Onnx", StringComparison.Ordinal));
        Assert.Equal(project == "Onnx", namesOnnx);
    }

    private static XDocument Read(string project)
        => XDocument.Load(Path.Combine(RepositoryRoot.Path, "src", project, project + ".csproj"));
}
