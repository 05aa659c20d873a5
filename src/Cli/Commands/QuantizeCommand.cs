using System.CommandLine;
using Linr.Cli.Terminal;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr quantize`: a model again, an embedding of it with codes or with rows of another kind.</summary>
internal static class QuantizeCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model whose embedding is converted.");

    private static readonly Option<string?> s_embedding = new("--embedding")
    {
        Description = "Which embedding; the model's first where it is not given.",
        HelpName = "NAME",
    };

    private static readonly Option<RowType?> s_rows = new("--rows")
    {
        Description = "How its rows are stored from then on; none keeps codes alone. As they are where it is not given.",
    };

    private static readonly Option<string> s_out = CommonOptions.Out("The model file to write.");

    public static Command Create() => CommandBuilder.Create(
        "quantize",
        "Writes a model again with codes or a smaller copy beside an embedding's rows, or with rows of fewer bits.",
        [s_model, s_embedding, CommonOptions.Codes, CommonOptions.Copy, s_rows, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        string from = CommonOptions.ModelPath(context, s_model);
        string path = FileCheck.Writable(s_out.Name, context.Get(s_out));
        EmbeddingCodes? codes = CommonOptions.ReadCodes(context);
        RowType? copy = context.Find(CommonOptions.Copy);
        if (codes is null && copy is null && context.Find(s_rows) is null)
        {
            throw new ArgumentException(
                $"{CommonOptions.Codes.Name}, {CommonOptions.Copy.Name} or {s_rows.Name}: "
                + "expected one or more; found none.");
        }

        using LoadedModel model = ModelReader.Open(from);
        EmbeddingColumn column = CommonOptions.FindEmbedding(model.Items, context.Find(s_embedding));
        ModelContents contents = model.Contents();

        // Rows that are damaged are not to be made others of; and nobody reads the file behind our back from here on.
        model.Verification.GetAwaiter().GetResult();
        context.Progress.Progress().AutoClear(true).Start(bars =>
        {
            ProgressTask bar = bars.AddTask("convert", maxValue: column.Rows);
            EmbeddingColumn converted = EmbeddingConversion.Convert(
                column,
                context.Find(s_rows) ?? column.Schema.RowType,
                codes ?? column.Schema.Codes,
                copy ?? column.Schema.Copy,
                new Bar(bar),
                context.Cancellation);

            // What the model owned is the new table's, which unmaps the file in the end.
            using ItemTable items = model.Items.WithEmbeddings(
                [.. model.Items.Embeddings.Select(one => one == column ? converted : one)]);
            ModelWriter.Write(path, contents with { Items = items });
        });
        EmbeddingSchema was = column.Schema;
        context.Write(
            new
            {
                model = path,
                embedding = was.Name,
                rows = context.Find(s_rows) ?? was.RowType,
                codes = (codes ?? was.Codes)?.ToString(),
                copy = copy ?? was.Copy,
                bytes = new FileInfo(path).Length,
                bytesBefore = new FileInfo(from).Length,
            },
            $"wrote [bold]{path}[/]: {new FileInfo(path).Length:N0} bytes, before {new FileInfo(from).Length:N0}");
        return ExitCode.Success;
    }

    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
