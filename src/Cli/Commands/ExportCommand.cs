using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Formats;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr export`: items or one embedding out of a model, into a file that other programs read.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model to export from.");

    private static readonly Option<string?> s_embedding = new("--embedding")
    {
        Description =
            "Export this embedding alone, one row an item (.npy and .fvecs get their ids in a file beside them).",
        HelpName = "NAME",
    };

    private static readonly Option<string> s_out = CommonOptions.Out(
        "The file to write; its extension is the format: .parquet, .jsonl, .csv, .tsv, and for an embedding .npy or "
        + ".fvecs too.");

    public static Command Create() => CommandBuilder.Create(
        "export",
        "Writes a model's items, or one embedding, to a file that other programs read.",
        [s_model, s_embedding, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        using LoadedModel model = ModelReader.Open(CommonOptions.ModelPath(context, s_model));
        string path = FileCheck.Writable(s_out.Name, context.Get(s_out));
        string? embedding = context.Find(s_embedding);
        context.Progress.Progress().AutoClear(true).Start(bars =>
        {
            ProgressTask bar = bars.AddTask("export", maxValue: model.Items.Rows);
            if (embedding is null)
            {
                WriteItems(model.Items, path, bar, context.Cancellation);
            }
            else
            {
                WriteEmbedding(model.Items, embedding, path, bar, context.Cancellation);
            }
        });
        context.Write(
            new { file = path, items = model.Items.Rows, bytes = new FileInfo(path).Length },
            $"wrote [bold]{path}[/]: {model.Items.Rows:N0} items, {new FileInfo(path).Length:N0} bytes");
        return ExitCode.Success;
    }

    private static void WriteItems(ItemTable items, string path, ProgressTask bar, CancellationToken cancellation)
    {
        using ItemWriter writer = ItemFile.Create(path, items.Schema);
        for (uint row = 0; row < items.Rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(items.ReadItem(row));
            bar.Increment(1);
        }
    }

    private static void WriteEmbedding(
        ItemTable items, string name, string path, ProgressTask bar, CancellationToken cancellation)
    {
        EmbeddingColumn column = CommonOptions.FindEmbedding(items, name);
        using EmbeddingWriter writer = EmbeddingFile.Create(path, column.Schema.Dim, items.Schema.IdKind, name);
        var values = new float[column.Schema.Dim];
        for (uint row = 0; row < items.Rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            column.Read(row, values);
            writer.Write(items.Ids.Read(row), values);
            bar.Increment(1);
        }
    }
}
