using Linr.Server.Hosting;

namespace Linr.Tests.Server;

public sealed class SettingsTests
{
    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        string problems = Refuse(new()
        {
            ["Linr:Listen:Address"] = "0.0.0.0",
            ["Linr:Listen:HttpPort"] = "70000",
            ["Linr:Models:a b"] = "none.linr",
            ["Linr:Limits:KMax"] = "0",
            ["Linr:Batching:QueriesMax"] = "5000",
        });
        foreach (string field in (string[])[
            "Listen:Address: expected a loopback", "Listen:HttpPort", "Models:a b", "Limits:KMax", "Batching:QueriesMax"])
        {
            Assert.Contains($"Linr:{field}", problems, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_model_and_a_folder_there_is_nothing_to_serve()
        => Assert.Contains("Linr:Data: expected a folder", Refuse([]), StringComparison.Ordinal);

    [Fact]
    public void A_name_that_no_setting_has_is_wrong()
        => Assert.Contains(
            "Listn",
            Refuse(new() { ["Linr:Data"] = "data", ["Linr:Listn:HttpPort"] = "7700" }),
            StringComparison.Ordinal);

    private static string Refuse(Dictionary<string, string?> settings)
        => Assert.Throws<ArgumentException>(() => LinrServer.Build(settings)).Message;
}
