using System.Diagnostics;
using System.Text.Json;
using Linr.Client;

namespace Linr.Bench.Load;

/// <summary>A service in a process of its own, with one model, <see cref="ModelName"/>.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string ModelName = "load";

    private readonly Process _process;
    private readonly TemporaryData? _data;

    private ServerProcess(Process process, TemporaryData? data, string address)
    {
        _process = process;
        _data = data;
        Address = address;
    }

    public string Address { get; }

    /// <summary>Starts it and waits until its model answers.</summary>
    /// <param name="model">The model file.</param>
    /// <param name="options">What scans, and in how many batches at once.</param>
    /// <param name="changes">Whether its items may change: it keeps them in a folder of its own then.</param>
    public static async Task<ServerProcess> StartAsync(string model, LoadOptions options, bool changes)
    {
        TemporaryData? data = changes ? new TemporaryData() : null;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        string file = Path.GetFullPath(model);
        string[] settings = data is null
            ? [$"Linr:Models:{ModelName}={file}"]
            : [$"Linr:Data={data.Folder}", $"Linr:Files={Path.GetDirectoryName(file)}"];
        foreach (string argument in (string[])
        [
            ServeMode.Word,
            $"Linr:Device={options.Device}",
            $"Linr:Batching:ConcurrentBatches={options.Batches}",
            .. settings,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        string address = await process.StandardOutput.ReadLineAsync().ConfigureAwait(false)
            ?? throw new InvalidOperationException("The server ended before it listened.");
        var server = new ServerProcess(process, data, address);
        using var client = new LinrClient(address);
        while (!await client.IsReadyAsync().ConfigureAwait(false))
        {
            await Task.Delay(50).ConfigureAwait(false);
        }

        if (changes)
        {
            await LoadAsync(client, Path.GetFileName(file)).ConfigureAwait(false);
        }

        return server;
    }

    /// <summary>What the process says of itself now.</summary>
    public async Task<ServerSample> SampleAsync()
    {
        await _process.StandardInput.WriteLineAsync().ConfigureAwait(false);
        await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        string? line = await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
        return JsonSerializer.Deserialize<ServerSample>(
            line ?? throw new InvalidOperationException("The server ended."))!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
        _data?.Dispose();
    }

    private static async Task LoadAsync(LinrClient client, string file)
    {
        await client.Models.LoadVersionAsync(ModelName, "1", file, promote: true).ConfigureAwait(false);
        while (true)
        {
            ModelInfo model = await client.Models.GetAsync(ModelName).ConfigureAwait(false);
            VersionInfo version = model.Versions.Single();
            if (version.State == VersionState.Failed)
            {
                throw new InvalidOperationException($"The server cannot load the model: {version.Problem}");
            }

            if (version.State == VersionState.Ready && model.Live is not null)
            {
                return;
            }

            await Task.Delay(50).ConfigureAwait(false);
        }
    }
}
