using Linr.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace Linr.Tests.Server;

public sealed class SettingsTests
{
    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        OptionsValidationException error = await StartAsync(new()
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
            Assert.Contains(error.Failures, failure => failure.Contains(field, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Without_a_model_and_a_folder_there_is_nothing_to_serve()
        => Assert.Contains("Linr:Data", Assert.Single((await StartAsync([])).Failures), StringComparison.Ordinal);

    [Fact]
    public async Task A_name_that_no_setting_has_is_wrong()
    {
        await using WebApplication app = LinrServer.Build(new Dictionary<string, string?>
        {
            ["Linr:Data"] = "data", ["Linr:Listn:HttpPort"] = "7700",
        });
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("Listn", error.Message, StringComparison.Ordinal);
    }

    private static async Task<OptionsValidationException> StartAsync(Dictionary<string, string?> settings)
    {
        await using WebApplication app = LinrServer.Build(settings);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
    }
}
