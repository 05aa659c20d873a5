using Linr.Engine.Store;
using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>Shows how far the opening of a store is; each report at once, on the thread that opens.</summary>
internal sealed class StoreProgressBar(ProgressTask bar) : IProgress<StoreProgress>
{
    /// <summary>Opens a store behind a bar.</summary>
    public static IndexStore Open(CommandContext context, string path, StoreOptions options)
        => context.Progress.Progress().AutoClear(true).Start(
            bars => IndexStore.Open(path, options, new StoreProgressBar(bars.AddTask("open"))));

    public void Report(StoreProgress value)
    {
        bar.Description = value.Stage switch
        {
            StoreStage.Log => "log",
            StoreStage.Snapshot => "snapshot",
            StoreStage.Items => "items",
            _ => "changes",
        };
        bar.MaxValue = Math.Max(value.Total, 1);
        bar.Value = value.Done;
    }
}
