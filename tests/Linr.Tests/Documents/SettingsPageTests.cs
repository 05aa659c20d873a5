using Linr.Server.Options;
using Linr.Tests.Repository;
using Microsoft.Extensions.Configuration;

namespace Linr.Tests.Documents;

/// <summary>The page of settings and the file to begin with have every setting there is, as it is.</summary>
public sealed class SettingsPageTests
{
    private const string Page = "docs/settings.md";
    private const string Sample = "deploy/appsettings.json";

    // What the file sets to something else than the usual: a server that others may reach.
    private static readonly Dictionary<string, string> s_set = new()
    {
        ["Data"] = "/var/lib/linr/data",
        ["Files"] = "/var/lib/linr/files",
        ["Listen:Address"] = "0.0.0.0",
        ["Tls:CertificateFile"] = "/etc/linr/server.pem",
        ["Tls:KeyFile"] = "/etc/linr/server.key",
        ["Auth:KeyFile"] = "/etc/linr/keys.json",
        ["Audit:File"] = "/var/lib/linr/audit.jsonl",
    };

    private static readonly HashSet<string> s_files =
        ["Linr:Files", "Linr:Tls:CertificateFile", "Linr:Auth:KeyFile", "Linr:Audit:File"];

    [Fact]
    public void The_page_has_the_table_of_all_settings()
    {
        string text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, Page)).ReplaceLineEndings("\n");
        int start = text.IndexOf("| setting |", StringComparison.Ordinal);
        string current = text[..start] + SettingsPage.Table();
        if (text != current)
        {
            string found = Path.Combine(RepositoryRoot.Path, "artifacts", "settings.md");
            Directory.CreateDirectory(Path.GetDirectoryName(found)!);
            File.WriteAllText(found, current);
            Assert.Fail($"{Page} has not the settings as they are: copy artifacts/settings.md over it.");
        }
    }

    [Fact]
    public void The_file_to_begin_with_has_every_setting_as_it_usually_is()
    {
        IConfigurationRoot file = Read();
        var reader = new SettingsReader(file);
        var options = new ServerOptions();
        reader.Bind(options);
        Assert.Empty(reader.Problems);
        var found = SettingsView.Of(options).ToDictionary(one => one.Name, one => one.Value);
        foreach (Setting usual in SettingsView.Of(new ServerOptions()))
        {
            Assert.True(
                found[usual.Name] == s_set.GetValueOrDefault(usual.Name, usual.Value!),
                $"{Sample}: {usual.Name} is {found[usual.Name]}.");
            Assert.True(
                SettingTypes.ElementOf(usual.Type) is not null && !SettingTypes.IsLeaf(usual.Type)
                    || file.AsEnumerable().Any(one => one.Key == $"{ServerOptions.Section}:{usual.Name}"),
                $"{Sample} has no {usual.Name}.");
        }
    }

    [Fact]
    public void A_server_would_take_it_where_the_files_are_there()
    {
        var reader = new SettingsReader(Read());
        var options = new ServerOptions();
        reader.Bind(options);
        IEnumerable<string>? problems = new ServerOptionsCheck(reader).Validate(name: null, options).Failures;
        // The files of the sample are not on this machine, and nothing else is wrong.
        Assert.NotNull(problems);
        string[] fields = [.. problems.Select(one => one.Split(": expected")[0])];
        Assert.Subset(s_files, fields.ToHashSet());
    }

    private static IConfigurationRoot Read()
        => new ConfigurationBuilder().AddJsonFile(Path.Combine(RepositoryRoot.Path, Sample)).Build();
}
