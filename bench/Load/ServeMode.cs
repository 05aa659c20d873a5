using System.Text.Json;
using Linr.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Linr.Bench.Load;

/// <summary>
/// The service as <c>linr serve</c> builds it, in a process of its own. It says where it listens; then it answers each
/// line that it reads by a <see cref="ServerSample"/>, and stops where there is none.
/// </summary>
internal static class ServeMode
{
    public const string Word = "--serve";

    /// <param name="args">Settings, each as NAME=VALUE.</param>
    public static async Task<int> RunAsync(ReadOnlyMemory<string> args)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Linr:Listen:HttpPort"] = "0", ["Linr:Listen:GrpcPort"] = "0",
        };
        foreach (string pair in args.ToArray())
        {
            string[] parts = pair.Split('=', 2);
            settings[parts[0]] = parts[1];
        }

        // Its standard output is answers alone.
        WebApplication app = LinrServer.Build(
            settings,
            configure: builder => builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await using (app.ConfigureAwait(false))
        {
            await app.StartAsync().ConfigureAwait(false);
            Console.WriteLine(app.Urls.Last());
            while (await Console.In.ReadLineAsync().ConfigureAwait(false) is not null)
            {
                Console.WriteLine(JsonSerializer.Serialize(ServerSample.OfThisProcess()));
            }

            await app.StopAsync().ConfigureAwait(false);
            return 0;
        }
    }
}
