using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;
using Linr.Server.Security;
using Linr.Server.Security.Keys;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr keys`: the API keys of a server.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> s_file = new("file")
    {
        Description = "The file of keys, which the server's setting Auth:KeyFile names.", HelpName = "FILE.json",
    };

    private static readonly Argument<string> s_id = new("id")
    {
        Description = "The id of the key, the part of it between the two marks _.", HelpName = "ID",
    };

    private static readonly Option<string> s_name = new("--name")
    {
        Description = "Whose key it is; the audit log has the name.", HelpName = "NAME", Required = true,
    };

    private static readonly Option<string> s_scopes = new("--scopes")
    {
        Description = "What it may do: read, write and admin, with commas between them.",
        HelpName = "SCOPE,…",
        DefaultValueFactory = _ => "read",
    };

    private static readonly Option<string> s_models = new("--models")
    {
        Description = "Patterns of the models that it is for, with * for any characters and commas between them.",
        HelpName = "PATTERN,…",
        DefaultValueFactory = _ => "*",
    };

    private static readonly Option<int?> s_days = new("--days")
    {
        Description = "How many days it is good for; left out: until it is revoked.", HelpName = "DAYS",
    };

    public static Command Create() => new("keys", "The API keys of a server, which keeps hashes of them only.")
    {
        CommandBuilder.Create(
            "create",
            "Makes a key and shows it, this once; the server takes it at once.",
            [s_file, s_name, s_scopes, s_models, s_days],
            RunCreate),
        CommandBuilder.Create("list", "Shows all keys but what is secret of them.", [s_file], RunList),
        CommandBuilder.Create("revoke", "Revokes a key; the server refuses it at once.", [s_file, s_id], RunRevoke),
    };

    private static int RunCreate(CommandContext context)
    {
        Scopes scopes = ScopeWords.Parse(Split(context.Get(s_scopes)), s_scopes.Name);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset? expires = context.Find(s_days) switch
        {
            null => null,
            >= 1 and <= 36_500 and { } days => now.AddDays(days),
            { } days => throw new ArgumentException($"{s_days.Name}: expected 1 to 36500; found {days}."),
        };
        (string key, ApiKey kept) = new ApiKeyFile(context.Get(s_file)).Create(
            context.Get(s_name), scopes, Split(context.Get(s_models)), expires, now);
        if (context.IsJson)
        {
            context.WriteJson(new { key, kept.Id, kept.Name, kept.Scopes, kept.Models, kept.Expires });
            return ExitCode.Success;
        }

        // By itself on standard output, so that a script can take it.
        context.Output.WriteLine(key);
        context.Error.WriteLine($"The key {kept} is shown this once.");
        return ExitCode.Success;
    }

    private static int RunList(CommandContext context)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        IReadOnlyList<ApiKey> keys = File(context).Keys;
        if (context.IsJson)
        {
            context.WriteJson(keys.Select(one => new
            {
                one.Id, one.Name, one.Scopes, one.Models, one.Created, one.Expires, one.Revoked, good = one.IsGood(now),
            }));
            return ExitCode.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("id", "name", "scopes", "models", "made", "good until");
        foreach (ApiKey key in keys)
        {
            string until = key.Revoked is { } revoked ? $"revoked {Day(revoked)}"
                : key.Expires is { } expires ? (key.IsGood(now) ? Day(expires) : $"expired {Day(expires)}")
                : "it is revoked";
            table.AddRow(
                Markup.Escape(key.Id),
                Markup.Escape(key.Name),
                Markup.Escape(string.Join(", ", key.Scopes)),
                Markup.Escape(string.Join(", ", key.Models)),
                Day(key.Created),
                until);
        }

        context.Console.Write(table);
        return ExitCode.Success;
    }

    private static int RunRevoke(CommandContext context)
    {
        ApiKey revoked = File(context).Revoke(context.Get(s_id), TimeProvider.System.GetUtcNow());
        context.Write(
            new { revoked.Id, revoked.Name, revoked.Revoked },
            $"The key {revoked.Id} of {revoked.Name} is revoked.");
        return ExitCode.Success;
    }

    private static ApiKeyFile File(CommandContext context)
        => new(FileCheck.Existing("The file of keys", context.Get(s_file)));

    private static string[] Split(string list)
        => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
