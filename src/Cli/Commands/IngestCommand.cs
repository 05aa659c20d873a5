using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Ingest;
using Linr.Cli.Terminal;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Formats;
using Linr.Ingest;
using Linr.Onnx;

namespace Linr.Cli.Commands;

/// <summary>`linr ingest`: sources of changes into an index store.</summary>
internal static class IngestCommand
{
    private static readonly Argument<string> s_store = new("store")
    {
        Description = "The folder of the index store.", HelpName = "STORE",
    };

    private static readonly Option<string[]> s_from = new("--from")
    {
        Description = "A source of changes: a JSON Lines or Parquet file, a folder of them, a PostgreSQL table or a "
            + "Kafka topic; may be given several times. See docs/ingest.md.",
        HelpName = "FILE|FOLDER|postgres://…|kafka://…",
        Required = true,
    };

    private static readonly Option<string?> s_model = new("--model")
    {
        Description = "The model that the store is made of, where it is not there yet.", HelpName = "FILE.linr",
    };

    private static readonly Option<string[]> s_map = new("--map")
    {
        Description = "The column of id, of a field or of an embedding in all sources, where it has another name.",
        HelpName = "NAME=COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> s_once = new("--once")
    {
        Description = "End with what there is, instead of waiting for more.",
    };

    private static readonly Option<string?> s_deadLetters = new("--dead-letters")
    {
        Description = "A file for records that no change can be made of; without it they stop their source.",
        HelpName = "FILE.jsonl",
    };

    public static Command Create() => CommandBuilder.Create(
        "ingest",
        "Makes the changes of files, PostgreSQL tables and Kafka topics in an index store, and follows them.",
        [s_store, s_from, s_model, s_map, s_once, s_deadLetters],
        RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        ItemOptions items = ReadMap(context);
        bool follows = !context.Get(s_once);
        IChangeSource[] sources = [.. context.Get(s_from).Select(text => SourceArgument.Parse(text, items, follows))];
        string? deadLetters =
            context.Find(s_deadLetters) is { } path ? FileCheck.Writable(s_deadLetters.Name, path) : null;
        using IndexStore store = Open(context);
        using var ingestor = new Ingestor(new StoreSink(store), sources, new IngestorOptions
        {
            Poison = deadLetters is null ? PoisonPolicy.Stop : PoisonPolicy.DeadLetter, DeadLetterPath = deadLetters,
        });
        Task run = ingestor.RunAsync(context.Cancellation);
        await IngestView.ShowAsync(context.Progress, ingestor, run).ConfigureAwait(false);
        IReadOnlyList<SourceStatus> ended = ingestor.Sources;
        if (context.IsJson)
        {
            context.WriteJson(new
            {
                sources = ended.Select(one => new
                {
                    one.Name,
                    one.Error,
                    one.Applied,
                    one.Stale,
                    one.Poison,
                    position = one.Position?.Position,
                    one.Notices,
                }),
            });
        }
        else
        {
            context.Console.Write(IngestView.Table(ended));
        }

        foreach (SourceStatus source in ended.Where(one => one.Error is not null))
        {
            context.Error.WriteLine($"error: {source.Error}");
        }

        return ended.All(one => one.Error is null) ? ExitCode.Success : ExitCode.Failure;
    }

    private static IndexStore Open(CommandContext context)
    {
        string folder = context.Get(s_store);
        var options = new StoreOptions
        {
            Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, QueryTower = OnnxQueryTower.Find },
        };
        if (IndexStore.IsStore(folder))
        {
            return IndexStore.Open(folder, options);
        }

        string model = FileCheck.ExistingOrNull(s_model.Name, context.Find(s_model)) ?? throw new IOException(
            $"The store: expected a folder that has one, or {s_model.Name} to make it of; found neither at "
            + $"\"{folder}\".");
        return IndexStore.Create(folder, model, options);
    }

    private static ItemOptions ReadMap(CommandContext context)
    {
        var columns = new Dictionary<string, ColumnRef>();
        foreach (string pair in ArgumentText.Split(context.Find(s_map)))
        {
            (string name, string column) = ArgumentText.Pair(s_map.Name, "NAME=COLUMN", pair);
            columns[name] = ColumnRef.Parse(column);
        }

        ColumnRef? id = columns.Remove("id", out ColumnRef stated) ? stated : default(ColumnRef?);
        return new ItemOptions { Id = id, Columns = columns };
    }
}
