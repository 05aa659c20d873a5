using Linr.Tests.Engine;
using Linr.Tests.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>The client among an application's services.</summary>
public sealed class ClientServiceTests
{
    [Fact]
    public void Every_wrong_option_is_said_at_once()
    {
        var services = new ServiceCollection();
        services.AddLinrClient(options =>
        {
            options.Addresses = ["http://example.org", "ftp://example.org", "https://example.org/path"];
            options.ApiKey = "a key";
            options.GetToken = _ => new(string.Empty);
            options.Timeout = TimeSpan.Zero;
            options.AttemptsMax = 9;
            options.RetryDelay = -TimeSpan.FromSeconds(1);
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            provider.GetRequiredService<IStartupValidator>().Validate);
        Assert.Equal(
            [
                "Addresses[1]", "Addresses[2]", "Addresses", "ApiKey, GetToken", "ApiKey", "Timeout", "RetryDelay",
                "AttemptsMax",
            ],
            error.Failures.Select(one => one[..one.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Throws<OptionsValidationException>(provider.GetRequiredService<LinrClient>);
    }

    [Theory]
    [InlineData("http://10.1.2.3:7701", false)]
    [InlineData("https://10.1.2.3:7700", true)]
    [InlineData("http://localhost:7701", true)]
    [InlineData("http://[::1]:7701", true)]
    public void A_key_leaves_the_machine_with_TLS_only(string address, bool isRight)
    {
        var options = new LinrClientOptions { Addresses = [address], ApiKey = "linr_secret" };
        if (isRight)
        {
            new LinrClient(options).Dispose();
            return;
        }

        ArgumentException error = Assert.Throws<ArgumentException>(() => new LinrClient(options));
        Assert.Contains("SendsKeysWithoutTls", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("linr_secret", error.Message, StringComparison.Ordinal);
        options.SendsKeysWithoutTls = true;
        new LinrClient(options).Dispose();
    }

    [Fact]
    public async Task Clients_are_singletons_by_their_keys_and_checked()
    {
        using var folder = new TemporaryFolder();
        await using TestServer server = await TestServer.StartAsync(folder, new RandomItems(10, seed: 1));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLinrClient(server.GrpcAddress);
        services.AddKeyedLinrClient("gone", options =>
        {
            options.Addresses = ["http://127.0.0.1:9"];
            options.AttemptsMax = 1;
        });
        services.AddHealthChecks().AddLinrClient().AddLinrClient("gone", "linr-gone", HealthStatus.Degraded);
        await using ServiceProvider provider = services.BuildServiceProvider();
        LinrClient client = provider.GetRequiredService<LinrClient>();
        Assert.Same(client, provider.GetRequiredService<LinrClient>());
        Assert.NotSame(client, provider.GetRequiredKeyedService<LinrClient>("gone"));
        Assert.True(await client.IsReadyAsync());

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Entries["linr-client"].Status);
        Assert.Equal(HealthStatus.Degraded, report.Entries["linr-gone"].Status);
        Assert.IsType<LinrException>(report.Entries["linr-gone"].Exception);
    }
}
