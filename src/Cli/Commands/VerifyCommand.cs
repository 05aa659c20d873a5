using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Index.ModelFiles;
using Linr.ModelFile;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr verify`: compares every byte of a model with its checksums.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model to verify.");

    public static Command Create() => CommandBuilder.Create(
        "verify", "Reads a whole model file and compares it with its checksums; ids must be unique.", [s_model], Run);

    private static int Run(CommandContext context)
    {
        using LoadedModel model = ModelReader.Open(CommonOptions.ModelPath(context, s_model), verifyRows: false);
        context.Progress.Progress().AutoClear(true).Start(bars =>
        {
            ProgressTask bar = bars.AddTask("verify", maxValue: model.FileBytes);
            model.Verify(new BarProgress(bar), context.Cancellation);
        });
        context.Write(
            new { model = model.Path, bytes = model.FileBytes, items = model.Items.Rows, intact = true },
            $"[green]intact[/]: {model.FileBytes:N0} bytes, {model.Items.Rows:N0} items");
        return ExitCode.Success;
    }

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
