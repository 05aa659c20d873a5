using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;
using Linr.Engine.Store;

namespace Linr.Cli.Commands;

/// <summary>`linr restore`: a model file of a store as it was.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> s_store = StoreArgument.Create("The store, which may be in use.");

    private static readonly Option<string> s_to = new("--to")
    {
        Description = "How far: an offset of its log, records before which are taken; a time, such as "
            + "2026-03-04T05:06:07Z, at which they were on the disk; or latest.",
        HelpName = "OFFSET|TIME|latest",
        DefaultValueFactory = _ => "latest",
    };

    private static readonly Option<string> s_out = CommonOptions.Out("The model file to write.");

    public static Command Create() => CommandBuilder.Create(
        "restore",
        "Makes a model file of a store as it was at an offset or a time: the newest snapshot before it that is whole, "
        + "and the changes of the log until there.",
        [s_store, s_to, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        StorePoint to = Parse(context.Get(s_to));
        string path = FileCheck.Writable(s_out.Name, context.Get(s_out));
        StoreRestored made = StoreRestore.Run(StoreArgument.PathOf(context, s_store), to, path, context.Cancellation);
        foreach (DamagedSnapshot damaged in made.Damaged)
        {
            context.Error.WriteLine($"A nearer snapshot is damaged: {damaged.Error.Message}");
        }

        string snapshot = Path.GetFileName(made.Snapshot.Path);
        string name = Path.GetFileName(made.Path);
        context.Write(
            new { model = made.Path, made.Offset, snapshot, made.Replayed, damaged = made.Damaged.Count },
            $"[bold]{name}[/]: offset {made.Offset:N0}, of snapshot {snapshot} and {made.Replayed:N0} records");
        return ExitCode.Success;
    }

    private static StorePoint Parse(string text)
    {
        if (text == "latest")
        {
            return StorePoint.Latest;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return StorePoint.Before(offset);
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? StorePoint.At(time)
            : throw new ArgumentException($"--to: expected an offset, a time or latest; found \"{text}\".");
    }
}
