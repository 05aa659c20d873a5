using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Formats;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr import`: any data that Linr reads, into one folder with one form.</summary>
internal static class ImportCommand
{
    private static readonly Option<string> s_out = CommonOptions.Out(
        $"The folder to write: {DataFolder.SchemaName}, {DataFolder.ItemsName}, {DataFolder.InteractionsName}, "
        + $"{ImportedSource.FileName}; {DataFolder.UserSchemaName} and {DataFolder.UsersName} with --user-features.");

    public static Command Create() => CommandBuilder.Create(
        "import",
        "Reads items and interactions, checks every row, and writes them as one folder that train and eval read.",
        [.. DataOptions.All, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        var report = new ReadReport();
        DataSet data = DataOptions.Open(context, report);
        string folder = FileCheck.Folder(s_out.Name, context.Get(s_out));
        long items = 0;
        long interactions = 0;
        context.Progress.Status().Start("items", status =>
        {
            items = WriteItems(folder, DataFolder.ItemsName, data.Schema, data.Items, context.Cancellation);
            if (data.Users is { } users)
            {
                status.Status = "users";
                WriteItems(folder, DataFolder.UsersName, users.Schema, users.Users, context.Cancellation);
                File.WriteAllText(
                    Path.Combine(folder, DataFolder.UserSchemaName), SchemaJson.WriteIndented(users.Schema));
            }

            status.Status = "interactions";
            interactions = InteractionFile.Write(Path.Combine(folder, DataFolder.InteractionsName), data.Interactions);
            new ImportedSource(data.Name, data.Order).Write(folder);
            File.WriteAllText(Path.Combine(folder, DataFolder.SchemaName), SchemaJson.WriteIndented(data.Schema));
        });
        ReadReportView.Write(context.Progress, report);
        context.Write(
            new { folder, items, interactions, skipped = report.BadRows },
            $"wrote [bold]{folder}[/]: {items:N0} items, {interactions:N0} interactions");
        return ExitCode.Success;
    }

    private static long WriteItems(
        string folder, string file, Schema schema, IEnumerable<Item> items, CancellationToken cancellation)
    {
        long count = 0;
        using ItemWriter writer = ItemFile.Create(Path.Combine(folder, file), schema);
        foreach (Item item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(item);
            count++;
        }

        return count;
    }
}
