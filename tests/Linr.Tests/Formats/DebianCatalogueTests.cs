using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class DebianCatalogueTests : IDisposable
{
    private const string Index = """
        Package: app
        Version: 1.0-1
        Installed-Size: 120
        Maintainer: "Ann Example" <ann@example.org>
        Architecture: amd64
        Pre-Depends: dpkg (>= 1.15.6~)
        Depends: libapp (= 1.0-1), zlib1g (>= 1:1.2.0), nothing | python3:any, mta | exim, mailer,
         editor, zlib1g, app-data [amd64]
        Recommends: never
        Description: Does things: "well"
         and says more.
        Tag: use::doing, works-with::file,
         role::program
        Section: utils
        Priority: optional

        Package: app-data
        Source: app (1.0)
        Version: 1.0-1
        Depends: zlib1g, fonts

        Package: libapp
        Version: 1.0-1
        Description: Library

        Package: dpkg
        Version: 1.21

        Package: zlib1g
        Version: 1:1.2.13
        Source: zlib

        Package: python3
        Version: 3.11
        Provides: editor

        Package: exim
        Version: 4
        Provides: mta (= 4), mailer

        Package: vi
        Version: 2
        Provides: editor

        Package: fonts
        Version: 9

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Packages_become_items()
    {
        DebianCatalogue catalogue = DebianCatalogue.Read([_folder.Write("Packages", Index)]);
        Assert.Equal(
            ["app", "app-data", "libapp", "dpkg", "zlib1g", "python3", "exim", "vi", "fonts"],
            catalogue.Items.Select(item => item.Id));
        IReadOnlyDictionary<string, IReadOnlyList<Value>> app = catalogue.Items[0].Fields;
        Assert.Equal([Value.OfText("app")], app["name"]);
        Assert.Equal(["utils"], app["section"]);
        Assert.Equal(["optional"], app["priority"]);
        Assert.Equal(["use::doing", "works-with::file", "role::program"], app["tags"]);
        Assert.Equal([120L], app["installed_kib"]);
        Assert.Equal(["Ann Example"], app["maintainer"]);
        Assert.Equal(["app"], app["source"]);
        Assert.Equal([Value.OfText("1.0-1")], app["version"]);
        Assert.Equal([Value.OfText("Does things: \"well\"")], app["description"]);
        Assert.Equal(["app"], catalogue.Items[1].Fields["source"]);
        Assert.Equal(["zlib"], catalogue.Items[4].Fields["source"]);
        Assert.Equal(["dependents", "name", "source", "version"], catalogue.Items[3].Fields.Keys.Order());
    }

    [Fact]
    public void Dependencies_of_source_packages_become_interactions()
    {
        // Not app-data (the same source), never (recommended), editor (two provide it); mta and mailer are exim alone.
        DebianCatalogue catalogue = DebianCatalogue.Read([_folder.Write("Packages.gz", Index)]);
        Assert.Equal(
            [
                new Interaction("app", "dpkg"), new("app", "libapp"), new("app", "zlib1g"), new("app", "python3"),
                new("app", "exim"), new("app", "fonts"),
            ],
            catalogue.Interactions);
        Assert.Equal(
            ["app 0", "app-data 0", "libapp 1", "dpkg 1", "zlib1g 1", "python3 1", "exim 1", "vi 0", "fonts 1"],
            catalogue.Items.Select(item => $"{item.Id} {item.Fields["dependents"][0].Integer}"));
    }

    [Fact]
    public void Of_several_indexes_the_newest_version_of_a_package_counts()
    {
        string old = _folder.Write("a", "Package: x\nVersion: 1.9\nSection: old\n\nPackage: y\nVersion: 1\n");
        string update = _folder.Write(
            "b", "Package: x\nVersion: 1.10\nSection: new\n\nPackage: y\nVersion: 1~rc\nSection: rc\n");
        DebianCatalogue catalogue = DebianCatalogue.Read([old, update]);
        Assert.Equal(["x", "y"], catalogue.Items.Select(item => item.Id));
        Assert.Equal(["new"], catalogue.Items[0].Fields["section"]);
        Assert.False(catalogue.Items[1].Fields.ContainsKey("section"));
    }

    [Fact]
    public void An_extract_reads_back_as_it_was_and_is_the_same_bytes_again()
    {
        DebianCatalogue catalogue = DebianCatalogue.Read([_folder.Write("Packages", Index)]);
        catalogue.WriteExtract(_folder.File("one"));
        DebianCatalogue back = DebianCatalogue.ReadExtract(_folder.File("one"));
        Assert.Equal(catalogue.Interactions, back.Interactions);
        Assert.Equal(catalogue.Items.Select(Describe), back.Items.Select(Describe));
        back.WriteExtract(_folder.File("two"));
        foreach (string name in (string[])[DebianCatalogue.ItemsName, DebianCatalogue.InteractionsName])
        {
            Assert.Equal(
                File.ReadAllBytes(_folder.File(Path.Combine("one", name))),
                File.ReadAllBytes(_folder.File(Path.Combine("two", name))));
        }
    }

    [Fact]
    public void The_indexes_of_apt_are_found()
    {
        _folder.Write("mirror_dists_x_main_binary-amd64_Packages.gz", "Package: a\nVersion: 1\n");
        _folder.Write("mirror_dists_x_contrib_binary-amd64_Packages", "Package: b\nVersion: 1\n");
        _folder.Write("mirror_dists_x_InRelease", "not an index");
        Assert.Equal(["b", "a"], DebianCatalogue.ReadApt(_folder.Root).Items.Select(item => item.Id));
    }

    [Fact]
    public void Without_indexes_the_error_says_what_to_do()
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => DebianCatalogue.ReadApt(_folder.Root));
        Assert.Equal(
            $"{_folder.Root}: expected package indexes of apt (run \"apt-get update\" first, on Debian or a system "
            + "like it); found none.",
            error.Message);
    }

    [Theory]
    [InlineData("Version: 1\n", ", line 1, column \"Package\": expected a value; found none.")]
    [InlineData("\nPackage: a\n", ", line 2, column \"Version\": expected a value; found none.")]
    [InlineData("Package: a\nVersion: 1\nInstalled-Size: big\n",
        ", line 1, column \"Installed-Size\": expected a number of KiB; found \"big\".")]
    [InlineData("Package: a\nwhat\n", ", line 2: expected \"Name: value\"; found \"what\".")]
    [InlineData(" more\n", ", line 1: expected \"Name: value\"; found \" more\".")]
    public void A_bad_index_says_where_what_was_expected_and_what_was_found(string text, string message)
    {
        string path = _folder.Write("Packages", text);
        DataFormatException error = Assert.Throws<DataFormatException>(() => DebianCatalogue.Read([path]));
        Assert.Equal(path + message, error.Message);
    }

    [Theory]
    [InlineData("1", "1", 0)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1:0.1", "2", 1)]
    [InlineData("0:1", "1", 0)]
    [InlineData("1~rc1", "1", -1)]
    [InlineData("1~~", "1~", -1)]
    [InlineData("1-1", "1-1+b1", -1)]
    [InlineData("1-1", "1-0.9", 1)]
    [InlineData("1.0", "1.00", 0)]
    [InlineData("1a", "1+", -1)]
    [InlineData("1", "1a", -1)]
    [InlineData("2.0-3-1", "2.0-2-9", 1)]
    public void Versions_are_ordered_as_dpkg_does(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(DebianVersion.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(DebianVersion.Compare(right, left)));
    }

    [Fact]
    public void The_extract_in_the_repository_is_whole()
    {
        DebianCatalogue catalogue = DebianCatalogue.ReadExtract(RepositoryFolder("data/debian-bookworm"));
        Assert.Equal(63_436, catalogue.Items.Count);
        Assert.Equal(188_503, catalogue.Interactions.Count);
        HashSet<ItemId> ids = [.. catalogue.Items.Select(item => item.Id)];
        Assert.Equal(catalogue.Items.Count, ids.Count);
        Assert.DoesNotContain(catalogue.Interactions, one => !ids.Contains(one.Item));
    }

    private static string RepositoryFolder(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Linr.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, name);
    }

    private static string Describe(Item item) => $"{item.Id}: " + string.Join(
        ", ", item.Fields.OrderBy(field => field.Key).Select(field => $"{field.Key}={string.Join('|', field.Value)}"));
}
