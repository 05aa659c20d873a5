using Microsoft.Extensions.Options;

namespace Linr.Client.Internal;

/// <summary>Finds everything that is wrong with a client's options.</summary>
internal sealed class LinrClientOptionsCheck : IValidateOptions<LinrClientOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LinrClientOptions options)
    {
        string[] problems = [.. FindProblems(options)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>Throws where something is wrong.</summary>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public static void Check(LinrClientOptions options) => Throw([.. FindProblems(options)], nameof(options));

    /// <summary>Throws where something of how calls are made is wrong, whatever the channel.</summary>
    /// <exception cref="ArgumentException">Options are wrong; the message lists every problem.</exception>
    public static void CheckCalls(LinrClientOptions options)
        => Throw([.. FindProblemsOfCalls(options)], nameof(options));

    private static void Throw(string[] problems, string paramName)
    {
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), paramName);
        }
    }

    private static IEnumerable<string> FindProblems(LinrClientOptions options)
    {
        if (options.Addresses.Count == 0)
        {
            yield return "Addresses: expected http:// or https:// and a host; found none.";
        }

        Uri[] addresses = [.. options.Addresses.Select(Parse).OfType<Uri>()];
        for (int i = 0; i < options.Addresses.Count; i++)
        {
            if (Parse(options.Addresses[i]) is null)
            {
                yield return $"Addresses[{i}]: expected http:// or https:// and a host, without a path; found "
                    + $"\"{options.Addresses[i]}\".";
            }
        }

        bool isTls = addresses.Any(one => one.Scheme == Uri.UriSchemeHttps);
        if (isTls && addresses.Any(one => one.Scheme != Uri.UriSchemeHttps))
        {
            yield return "Addresses: expected all with https, or all with http; found both.";
        }

        bool hasCertificates = options.TrustedRoots is not null || options.ClientCertificate is not null;
        if (!isTls && addresses.Length > 0 && hasCertificates)
        {
            yield return "TrustedRoots, ClientCertificate: expected addresses with https; found http.";
        }

        if (options.ClientCertificate is { HasPrivateKey: false })
        {
            yield return "ClientCertificate: expected a certificate with its private key; found none.";
        }

        bool hasSecret = options.ApiKey is not null || options.GetToken is not null;
        if (hasSecret && !options.SendsKeysWithoutTls && addresses.Any(one => one.Scheme == "http" && !one.IsLoopback))
        {
            yield return "Addresses: expected https for a key or token that leaves this machine; found http. "
                + "SendsKeysWithoutTls allows it.";
        }

        foreach (string problem in FindProblemsOfCalls(options))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> FindProblemsOfCalls(LinrClientOptions options)
    {
        if (options.ApiKey is not null && options.GetToken is not null)
        {
            yield return "ApiKey, GetToken: expected one of the two; found both.";
        }

        if (options.ApiKey is { } key && (key.Length == 0 || key.Any(one => one is <= ' ' or > '~')))
        {
            yield return "ApiKey: expected letters, digits and signs without spaces; found another text.";
        }

        if (options.Timeout <= TimeSpan.Zero && options.Timeout != Timeout.InfiniteTimeSpan)
        {
            yield return $"Timeout: expected more than 0, or -1 ms for none; found {options.Timeout}.";
        }

        (string Name, TimeSpan Value)[] times =
        [
            (nameof(options.ConnectTimeout), options.ConnectTimeout),
            (nameof(options.KeepAlive), options.KeepAlive),
            (nameof(options.RetryDelay), options.RetryDelay),
            (nameof(options.RetryDelayMax), options.RetryDelayMax),
        ];
        foreach ((string name, TimeSpan value) in times)
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name}: expected more than 0; found {value}.";
            }
        }

        if (options.AttemptsMax is < 1 or > 5)
        {
            yield return $"AttemptsMax: expected 1 to 5; found {options.AttemptsMax}.";
        }

        if (options.AnswerBytesMax < 1)
        {
            yield return $"AnswerBytesMax: expected 1 or more; found {options.AnswerBytesMax}.";
        }
    }

    private static Uri? Parse(string address)
        => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            && uri is { Scheme: "http" or "https", Host.Length: > 0, PathAndQuery: "/", Fragment: "", UserInfo: "" }
                ? uri : null;
}
