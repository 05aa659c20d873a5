using Microsoft.Extensions.Hosting;

namespace Linr;

/// <summary>Opens an index when the host starts, so that a wrong or damaged one ends the start.</summary>
internal sealed class LinrOpener(LinrHandle handle) : IHostedService
{
    // On a thread of the pool: opening reads whole files.
    public Task StartAsync(CancellationToken cancellationToken)
        => handle.OpensAtStart ? Task.Run(() => handle.Index, cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
