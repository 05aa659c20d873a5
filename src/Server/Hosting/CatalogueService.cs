using Linr.Server.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Linr.Server.Hosting;

/// <summary>Opens the models while the server says already that it starts; a catalogue that cannot be opened ends it.</summary>
internal sealed partial class CatalogueService(
    ModelCatalogue catalogue, IHostApplicationLifetime lifetime, ILogger<CatalogueService> log) : BackgroundService
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the models are open, or cannot be.</summary>
    public Task Opened => _opened.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await catalogue.OpenAsync(stoppingToken).ConfigureAwait(false);
            LogOpen(catalogue.Models.Count);
            _opened.SetResult();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _opened.TrySetCanceled(stoppingToken);
        }
        catch (Exception error)
        {
            // Nothing can be served: the process ends, and whoever started it sees why.
            LogFailed(error);
            _opened.SetException(error);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Count} models are open.")]
    private partial void LogOpen(int count);

    [LoggerMessage(EventId = 2, Level = LogLevel.Critical, Message = "The models cannot be opened.")]
    private partial void LogFailed(Exception error);
}
