using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;
using Linr.Engine;
using Linr.Engine.Store;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr store`: makes a store, shows it, writes a snapshot, pushes a model.</summary>
internal static class StoreCommand
{
    private static readonly Argument<string> s_store = StoreArgument.Create("The folder of the store.");
    private static readonly Argument<string> s_model = CommonOptions.Model("The model file.");

    private static readonly Option<PushItems> s_items = new("--items")
    {
        Description = "The items that the store has then: OfModel, the model's, but for what is newer in the store; "
            + "OfStore, the store's, embedded anew by the model.",
        DefaultValueFactory = _ => PushItems.OfModel,
    };

    private static readonly Option<long?> s_version = new("--version")
    {
        Description = "The version of pushed items that have none, and of what they lack; left out: newer than all.",
        HelpName = "NUMBER",
    };

    public static Command Create() => new(
        "store",
        "An index store: a folder that models are pushed into and changes land in, with its log and snapshots.")
    {
        CommandBuilder.Create("create", "Makes a store of a model file.", [s_store, s_model], RunCreate),
        CommandBuilder.Create(
            "show", "Shows the snapshots and the log of a store, which may be in use.", [s_store], RunShow),
        CommandBuilder.Create("snapshot", "Writes a snapshot of a store that is not in use.", [s_store], RunSnapshot),
        CommandBuilder.Create(
            "push", "Pushes a model into a store that is not in use.", [s_store, s_model, s_items, s_version], RunPush),
    };

    private static StoreOptions Options => new() { Retriever = new RetrieverOptions { Device = EngineDevice.Cpu } };

    private static int RunCreate(CommandContext context)
    {
        string path = context.Get(s_store);
        using IndexStore store = IndexStore.Create(path, CommonOptions.ModelPath(context, s_model), Options);
        Write(context, store.Snapshots[0]);
        return ExitCode.Success;
    }

    private static int RunShow(CommandContext context)
    {
        StoreSummary summary = StoreSummary.Read(StoreArgument.PathOf(context, s_store));
        if (context.IsJson)
        {
            context.WriteJson(new
            {
                snapshots = summary.Snapshots.Select(
                    one => new { snapshot = Path.GetFileName(one.Path), one.Offset, one.Push, one.Bytes }),
                log = summary.Log,
                summary.WrittenAt,
            });
            return ExitCode.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("snapshot", "offset", "push", "bytes");
        foreach (StoreSnapshot one in summary.Snapshots)
        {
            table.AddRow(
                Path.GetFileName(one.Path), Number(one.Offset), Number(one.Push), Number(one.Bytes));
        }

        context.Console.Write(table);
        string last = summary.WrittenAt?.ToString("u", CultureInfo.InvariantCulture) ?? "unknown";
        (long first, long end) = (summary.Log.FirstOffset, summary.Log.EndOffset);
        (int files, long bytes) = (summary.Log.Segments, summary.Log.Bytes);
        context.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"log: records {first:N0} to {end:N0}, {files} files of {bytes:N0} bytes, the last written {last}");
        return ExitCode.Success;
    }

    private static int RunSnapshot(CommandContext context)
    {
        using IndexStore store = Open(context);
        Write(context, store.Snapshot(context.Cancellation));
        return ExitCode.Success;
    }

    private static int RunPush(CommandContext context)
    {
        string model = CommonOptions.ModelPath(context, s_model);
        using IndexStore store = Open(context);
        var options = new PushOptions { Items = context.Get(s_items), Version = context.Find(s_version) };
        Write(context, store.Push(model, options, context.Cancellation));
        return ExitCode.Success;
    }

    private static IndexStore Open(CommandContext context)
    {
        IndexStore store = StoreProgressBar.Open(context, StoreArgument.PathOf(context, s_store), Options);
        foreach (DamagedSnapshot damaged in store.Opening.Damaged)
        {
            context.Error.WriteLine($"A snapshot is damaged, and the one before was taken: {damaged.Error.Message}");
        }

        return store;
    }

    private static void Write(CommandContext context, StoreSnapshot snapshot)
    {
        string name = Path.GetFileName(snapshot.Path);
        context.Write(
            new { snapshot = name, snapshot.Offset, snapshot.Push, snapshot.Bytes },
            $"[bold]{name}[/]: offset {snapshot.Offset:N0}, push {snapshot.Push:N0}, {snapshot.Bytes:N0} bytes");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
