using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;
using Linr.Engine.Store;
using Linr.Index.ModelFiles;
using Linr.ModelFile;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr verify`: compares every byte of a model, or of a store, with its checksums.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> s_path = new("path")
    {
        Description = "The model file, or the folder of the store, to verify.",
        HelpName = "FILE.linr|STORE",
    };

    public static Command Create() => CommandBuilder.Create(
        "verify",
        "Reads a whole model file, or all snapshots and the log of a store, and compares it with its checksums; ids "
        + "must be unique.",
        [s_path],
        Run);

    private static int Run(CommandContext context)
    {
        string path = context.Get(s_path);
        return IndexStore.IsStore(path) ? RunStore(context, path) : RunModel(context, path);
    }

    private static int RunModel(CommandContext context, string path)
    {
        using LoadedModel model = ModelReader.Open(FileCheck.Existing("The model", path), verifyRows: false);
        WithBar(context, model.FileBytes, bar => model.Verify(bar, context.Cancellation));
        context.Write(
            new { model = model.Path, bytes = model.FileBytes, items = model.Items.Rows, intact = true },
            $"[green]intact[/]: {model.FileBytes:N0} bytes, {model.Items.Rows:N0} items");
        return ExitCode.Success;
    }

    private static int RunStore(CommandContext context, string path)
    {
        StoreCheck? found = null;
        WithBar(context, bytes: 1, bar => found = StoreVerify.Run(path, bar, context.Cancellation));
        StoreCheck check = found!;
        if (context.IsJson)
        {
            context.WriteJson(new
            {
                store = path,
                snapshots = check.Snapshots.Select(one => new { one.Path, one.Offset, one.Push, one.Bytes }),
                log = check.Log,
                faults = check.Faults,
                intact = check.Faults.Count == 0,
            });
        }
        else
        {
            WriteForPeople(context.Console, check);
        }

        return check.Faults.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static void WriteForPeople(IAnsiConsole console, StoreCheck check)
    {
        foreach (StoreFault fault in check.Faults)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]damaged[/]: {fault.Message}");
        }

        if (check.Log is { Cut: { } cut })
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[yellow]torn[/]: {cut.Path}: {cut.Bytes:N0} bytes of an interrupted write; opening cuts them off");
        }

        if (check.Faults.Count == 0)
        {
            long records = check.Log!.EndOffset - check.Log.FirstOffset;
            long bytes = check.Snapshots.Sum(one => one.Bytes) + check.Log.Bytes;
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[green]intact[/]: {bytes:N0} bytes, {check.Snapshots.Count} snapshots, {records:N0} records");
        }
    }

    private static void WithBar(CommandContext context, long bytes, Action<IProgress<VerifyProgress>> run)
        => context.Progress.Progress().AutoClear(true).Start(
            bars => run(new BarProgress(bars.AddTask("verify", maxValue: bytes))));

    // Progress<T> reports on another thread and late; a bar wants each report at once.
    private sealed class BarProgress(ProgressTask bar) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value)
        {
            bar.MaxValue = value.BytesTotal;
            bar.Value = value.BytesDone;
        }
    }
}
