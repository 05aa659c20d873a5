using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.Tests.Index.ModelFiles;

/// <summary>
/// Files of every format version still open. To add one for a new version, run with LINR_WRITE_GOLDEN naming the
/// folder to write it to.
/// </summary>
public class GoldenFileTests
{
    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void Format_1_opens_and_is_written_the_same(IdKind kind)
    {
        using ItemTable items = ModelFileTests.SmallTable(kind);
        Check($"format-1-{kind}.linr".ToLowerInvariant(), items);
    }

    [Fact]
    public void Format_1_has_codes()
    {
        using ItemTable items = ModelFileTests.CodedTable();
        Check("format-1-codes.linr", items);
    }

    [Fact]
    public void Format_1_has_8_bit_rows()
    {
        using ItemTable items = ModelFileTests.Int8Table();
        Check("format-1-int8.linr", items);
    }

    [Fact]
    public void Format_1_has_copies_of_rows()
    {
        using ItemTable items = ModelFileTests.CopiedTable();
        Check("format-1-copies.linr", items);
    }

    private static void Check(string name, ItemTable items)
    {
        using var folder = new TemporaryFolder();
        var contents = new ModelContents { Items = items, Version = "golden" };
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            ModelWriter.Write(Path.Combine(write, name), contents);
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        using LoadedModel model = ModelReader.Open(golden);
        model.Verify(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal("golden", model.Version);
        ModelFileTests.AssertSameItems(items, model.Items);

        ModelWriter.Write(folder.File("again"), model.Contents());
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("again")));
        ModelWriter.Write(folder.File("built"), contents);
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("built")));
    }
}
