using Linr.Formats;
using Linr.Ingest;
using Linr.Ingest.Files;
using Linr.Ingest.Kafka;
using Linr.Ingest.Postgres;
using Npgsql;

namespace Linr.Cli.Ingest;

/// <summary>A source as a user names it: a file, a folder, <c>postgres://…</c> or <c>kafka://…</c>.</summary>
internal static class SourceArgument
{
    private const string Form = "a file or folder, postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE?table=TABLE, or "
        + "kafka://HOST:PORT[,HOST:PORT]/TOPIC";

    /// <summary>The source.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="items">Where it has the parts of an item.</param>
    /// <param name="follows">Whether it is followed.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static IChangeSource Parse(string text, ItemOptions items, bool follows)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return new FileSource(new FileSourceOptions { Path = text, Items = items, Follows = follows });
        }

        string scheme = text[..text.IndexOf("://", StringComparison.Ordinal)];
        Dictionary<string, string> parameters = Parameters(text);
        IChangeSource source = scheme switch
        {
            "postgres" or "postgresql" => Postgres(text, parameters, items, follows),
            "kafka" => Kafka(text, parameters, items, follows),
            _ => throw new ArgumentException($"--from: expected {Form}; found \"{scheme}://…\"."),
        };
        return parameters.Count == 0 ? source
            : throw new ArgumentException($"--from: {scheme}://: unknown parameter \"{parameters.Keys.First()}\".");
    }

    private static PostgresSource Postgres(
        string text, Dictionary<string, string> parameters, ItemOptions items, bool follows)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.AbsolutePath.Trim('/').Length == 0)
        {
            throw Wrong("postgres");
        }

        string[] user = uri.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder
        {
            // A folder is that of a socket.
            Host = Take(parameters, "host") ?? (uri.Host.Length > 0 ? uri.Host : "localhost"),
            Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')),
        };
        if (uri.Port > 0)
        {
            connection.Port = uri.Port;
        }

        if (user[0].Length > 0)
        {
            connection.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            connection.Password = Uri.UnescapeDataString(user[1]);
        }

        if (Take(parameters, "sslmode") is { } mode)
        {
            connection.SslMode = Choice<SslMode>("sslmode", mode);
        }

        return new PostgresSource(new PostgresSourceOptions
        {
            ConnectionString = connection.ConnectionString,
            Table = Take(parameters, "table") ?? throw Wrong("postgres"),
            Slot = Take(parameters, "slot"),
            Publication = Take(parameters, "publication"),
            Scope = Scope(Take(parameters, "scope")),
            Items = items,
            Follows = follows,
        });
    }

    private static KafkaSource Kafka(
        string text, Dictionary<string, string> parameters, ItemOptions items, bool follows)
    {
        string[] parts = text["kafka://".Length..].Split('?')[0].Split('/');
        if (parts is not [{ Length: > 0 } servers, { Length: > 0 } topic])
        {
            throw Wrong("kafka");
        }

        // What has a dot is the client's own.
        Dictionary<string, string> client =
            parameters.Where(pair => pair.Key.Contains('.', StringComparison.Ordinal)).ToDictionary();
        foreach (string key in client.Keys)
        {
            parameters.Remove(key);
        }

        return new KafkaSource(new KafkaSourceOptions
        {
            BootstrapServers = servers,
            Topic = topic,
            Value = Choice<KafkaValue>("value", Take(parameters, "value") ?? nameof(KafkaValue.Item)),
            Version = Choice<KafkaVersion>("version", Take(parameters, "version") ?? nameof(KafkaVersion.None)),
            Reset = Choice<KafkaReset>("reset", Take(parameters, "reset") ?? nameof(KafkaReset.Stop)),
            Scope = Scope(Take(parameters, "scope")),
            Items = items,
            Client = client,
            Follows = follows,
        });
    }

    private static Dictionary<string, string> Parameters(string text)
    {
        var parameters = new Dictionary<string, string>();
        string[] parts = text.Split('?', 2);
        foreach (string pair in parts.Length == 1 ? [] : parts[1].Split('&'))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !parameters.TryAdd(pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..])))
            {
                throw new ArgumentException(
                    $"--from: expected NAME=VALUE behind the ?, each name once; found \"{pair}\".");
            }
        }

        return parameters;
    }

    private static string? Take(Dictionary<string, string> parameters, string name)
        => parameters.Remove(name, out string? value) ? value : null;

    private static ItemScope Scope(string? text) => text switch
    {
        null or "all" => ItemScope.All,
        "none" => ItemScope.None,
        ['p', 'r', 'e', 'f', 'i', 'x', ':', _, ..] => ItemScope.OfPrefix(text["prefix:".Length..]),
        _ => throw new ArgumentException($"--from: scope: expected all, none or prefix:TEXT; found \"{text}\"."),
    };

    private static T Choice<T>(string name, string text)
        where T : struct, Enum
    {
        string known = string.Join(", ", Enum.GetNames<T>().Select(one => one.ToLowerInvariant()));
        return Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) ? value
            : throw new ArgumentException($"--from: {name}: expected {known}; found \"{text}\".");
    }

    // The text itself may have a password.
    private static ArgumentException Wrong(string scheme)
        => new($"--from: expected {Form}; found \"{scheme}://\" with a part missing.");
}
