using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Engine;
using Linr.Onnx;
using Linr.Server.Hosting;
using Linr.Server.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Linr.Cli.Commands;

/// <summary>`linr serve`: models behind gRPC and REST.</summary>
internal static class ServeCommand
{
    /// <summary>What it is called.</summary>
    public const string Name = "serve";

    private static readonly Argument<string[]> s_models = new("models")
    {
        Description = "Model files to serve as they are; each is called what its file is, or NAME.",
        HelpName = "FILE.linr|NAME=FILE.linr",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "A folder that models, their changes and their rollout are kept in.", HelpName = "FOLDER",
    };

    private static readonly Option<string?> s_files = new("--files")
    {
        Description = "A folder of model files that callers with the scope admin may load.", HelpName = "FOLDER",
    };

    private static readonly Option<int?> s_httpPort = new("--http-port")
    {
        Description = "The port of REST and the console; 7700 where nothing says another.", HelpName = "PORT",
    };

    private static readonly Option<int?> s_grpcPort = new("--grpc-port")
    {
        Description = "The port of gRPC; 7701 where nothing says another.", HelpName = "PORT",
    };

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "Any setting of docs/service.md, such as Limits:KMax=1000; wins over appsettings.json and the "
            + "environment.",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<bool> s_check = new("--check")
    {
        Description = "Shows the settings as they are understood, and ends; what is wrong with them is an error.",
    };

    public static Command Create() => CommandBuilder.Create(
        Name,
        "Serves models by gRPC and REST until it is stopped.",
        [s_models, s_data, s_files, s_httpPort, s_grpcPort, s_set, s_check],
        RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        var retriever = new RetrieverOptions { QueryTower = OnnxQueryTower.Find };
        WebApplication app = LinrServer.Build(Settings(context), retriever);
        await using (app.ConfigureAwait(false))
        {
            if (context.Find(s_check))
            {
                WriteSettings(context, app.Services.GetRequiredService<IOptions<ServerOptions>>().Value);
                return ExitCode.Success;
            }

            await app.RunAsync(context.Cancellation).ConfigureAwait(false);
            return Environment.ExitCode;
        }
    }

    private static void WriteSettings(CommandContext context, ServerOptions options)
    {
        IReadOnlyList<Setting> settings = SettingsView.Of(options);
        if (context.IsJson)
        {
            context.WriteJson(settings.ToDictionary(one => $"{ServerOptions.Section}:{one.Name}", one => one.Value));
            return;
        }

        foreach (Setting setting in settings)
        {
            context.Output.WriteLine($"{ServerOptions.Section}:{setting.Name} = {setting.Value ?? "(none)"}");
        }
    }

    private static Dictionary<string, string?> Settings(CommandContext context)
    {
        var settings = new Dictionary<string, string?>();
        foreach (string model in context.Get(s_models))
        {
            (string name, string path) = model.Split('=', 2) is [var stated, var file]
                ? (stated, file) : (Path.GetFileNameWithoutExtension(model), model);
            settings[$"Linr:Models:{name}"] = path;
        }

        Set("Data", context.Find(s_data));
        Set("Files", context.Find(s_files));
        Set("Listen:HttpPort", context.Find(s_httpPort)?.ToString(CultureInfo.InvariantCulture));
        Set("Listen:GrpcPort", context.Find(s_grpcPort)?.ToString(CultureInfo.InvariantCulture));
        foreach (string pair in context.Find(s_set) ?? [])
        {
            (string name, string value) = ArgumentText.Pair(s_set.Name, "NAME=VALUE", pair);
            Set(name, value);
        }

        return settings;

        void Set(string name, string? value)
        {
            if (value is not null)
            {
                settings[$"Linr:{name}"] = value;
            }
        }
    }
}
