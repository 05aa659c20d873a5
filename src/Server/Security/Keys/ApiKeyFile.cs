using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Linr.Memory;

namespace Linr.Server.Security.Keys;

/// <summary>The file of API keys, which <c>linr keys</c> writes and a server reads. docs/security.md.</summary>
/// <param name="path">The file.</param>
public sealed partial class ApiKeyFile(string path)
{
    private const int Format = 1;
    private const int SecretBytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Name => Path.GetFileName(path);

    /// <summary>All keys, the newest last.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is no file of keys.</exception>
    public IReadOnlyList<ApiKey> Keys => Read().Keys;

    /// <summary>Makes a key, and the file where there is none yet.</summary>
    /// <param name="name">Whose it is; no key that is still good has the name.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="models">Patterns of the models that it is for.</param>
    /// <param name="expires">From when on it is refused; null: never.</param>
    /// <param name="now">The time.</param>
    /// <returns>The key itself, which is kept nowhere, and what is kept of it.</returns>
    /// <exception cref="ArgumentException">Something of it is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="FormatException">It is no file of keys.</exception>
    public (string Key, ApiKey Kept) Create(
        string name, Scopes scopes, IReadOnlyList<string> models, DateTimeOffset? expires, DateTimeOffset now)
    {
        Check(name, scopes, models, expires, now);
        using FileStream held = Hold();
        ApiKeySet set = File.Exists(path)
            ? Read()
            : new ApiKeySet { Format = Format, Secret = RandomNumberGenerator.GetBytes(SecretBytes), Keys = [] };
        if (set.Keys.FirstOrDefault(one => one.Name == name && one.IsGood(now)) is { } other)
        {
            throw new ArgumentException(
                $"Expected a name that no good key has; found \"{name}\", which {other.Id} has.", nameof(name));
        }

        (string id, string key) = ApiKeyText.Create();
        byte[] hash = new byte[ApiKeyText.HashBytes];
        ApiKeyText.Hash(set.Secret, key, hash);
        var kept = new ApiKey
        {
            Id = id,
            Name = name,
            Hash = hash,
            Scopes = [.. ScopeWords.Of(scopes)],
            Models = [.. models],
            Created = now,
            Expires = expires,
        };
        Write(set with { Keys = [.. set.Keys, kept] });
        return (key, kept);
    }

    /// <summary>Revokes a key; a server that reads the file refuses it within a second or two.</summary>
    /// <exception cref="ArgumentException">There is none, or it was revoked before.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="FormatException">It is no file of keys.</exception>
    public ApiKey Revoke(string id, DateTimeOffset now)
    {
        using FileStream held = Hold();
        ApiKeySet set = Read();
        int index = Array.FindIndex(set.Keys, one => one.Id == id);
        if (index < 0 || set.Keys[index].Revoked is not null)
        {
            throw new ArgumentException(
                $"Expected the id of a key that is not revoked; found \"{id}\", which "
                + $"{(index < 0 ? "no key has" : "is")}.",
                nameof(id));
        }

        ApiKey revoked = set.Keys[index] with { Revoked = now };
        Write(set with { Keys = [.. set.Keys[..index], revoked, .. set.Keys[(index + 1)..]] });
        return revoked;
    }

    /// <summary>What it holds.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is no file of keys.</exception>
    internal ApiKeySet Read()
    {
        ApiKeySet? set;
        try
        {
            set = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyJson.Default.ApiKeySet);
        }
        catch (JsonException error)
        {
            // Its message has the place, and nothing of what is there.
            throw new FormatException(
                $"{Name}: expected a file that linr keys wrote; found other JSON in line {error.LineNumber + 1}.");
        }

        if (set is not { Format: Format, Secret.Length: SecretBytes })
        {
            throw new FormatException(
                $"{Name}: expected format {Format} and a secret of {SecretBytes} bytes; found format "
                + $"{set?.Format ?? 0} and {set?.Secret.Length ?? 0} bytes.");
        }

        foreach (ApiKey? key in set.Keys)
        {
            if (key is null)
            {
                throw new FormatException($"{Name}: expected keys; found null.");
            }

            ScopeWords.Parse(key.Scopes, $"{Name}: key {key.Id}: scopes");
        }

        return set.Keys.DistinctBy(key => key.Id).Count() == set.Keys.Length
            ? set : throw new FormatException($"{Name}: expected each id once; found one twice.");
    }

    private static void Check(
        string name, Scopes scopes, IReadOnlyList<string> models, DateTimeOffset? expires, DateTimeOffset now)
    {
        if (name.Length is 0 or > Limits.NameLengthMax || name.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"Expected a name of 1 to {Limits.NameLengthMax} characters; found \"{name}\".", nameof(name));
        }

        if (scopes == Scopes.None)
        {
            throw new ArgumentException($"Expected {ScopeWords.Known}; found none.", nameof(scopes));
        }

        if (models.Count == 0 || models.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("Expected patterns of models, * for all; found none.", nameof(models));
        }

        if (expires <= now)
        {
            throw new ArgumentException($"Expected a time to come; found {expires:u}.", nameof(expires));
        }
    }

    /// <summary>Keeps others from changing it meanwhile: two of them would lose the changes of one.</summary>
    private FileStream Hold()
    {
        try
        {
            return new FileStream(path + ".lock", OwnerOptions(FileMode.OpenOrCreate));
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"{Name}: expected to be its only writer; found another: {error.Message}", error);
        }
    }

    private void Write(ApiKeySet set)
    {
        string next = path + ".new";
        // A draft that a crash left may have another mode.
        File.Delete(next);
        using (var file = new FileStream(next, OwnerOptions(FileMode.CreateNew)))
        {
            JsonSerializer.Serialize(file, set, KeyJson.Default.ApiKeySet);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static FileStreamOptions OwnerOptions(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    [JsonSourceGenerationOptions(
        WriteIndented = true,
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(ApiKeySet))]
    private sealed partial class KeyJson : JsonSerializerContext;
}
