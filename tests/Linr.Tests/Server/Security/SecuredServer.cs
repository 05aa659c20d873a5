using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Linr.Server.Security;
using Linr.Server.Security.Keys;
using Linr.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Linr.Tests.Server.Security;

/// <summary>A server that asks for keys, tokens and certificates, by TLS, and everybody who could come to it.</summary>
public sealed class SecuredServer : IAsyncLifetime
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly string[] s_allModels = ["*"];
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("authority");
    private readonly TestAuthority _clientAuthority = new("authority of clients");
    private readonly TestIssuer _issuer = new();
    private readonly KeptLogs _logs = new();
    private readonly List<TestCaller> _callers = [];
    private readonly List<string> _secrets = [];
    private TestServer? _server;

    /// <summary>Who could come.</summary>
    internal IReadOnlyList<TestCaller> Callers => _callers;

    /// <summary>What nobody may find in a log.</summary>
    internal IReadOnlyList<string> Secrets => _secrets;

    internal IServiceProvider Services => _server!.Services;

    internal Uri Address => _server!.Http.BaseAddress!;

    internal IReadOnlyList<string> LogLines => _logs.Lines;

    internal IReadOnlyList<string> AuditLines
    {
        get
        {
            // The server has it open.
            using var file = new FileStream(
                _folder.File("audit.jsonl"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    public async ValueTask InitializeAsync()
    {
        using X509Certificate2 server = _authority.IssueServer();
        TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(20, seed: 81));
        _folder.Write("server.pem", $"{server.ExportCertificatePem()}\n{PrivatePem(server)}\n");
        _folder.Write("clients.pem", _clientAuthority.Pem);
        _folder.Write("issuer.pem", _issuer.PublicPem);
        AddKeys();
        AddTokens();
        AddCertificates();
        _callers.Add(new TestCaller("nobody"));
        _server = await TestServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["Linr:Models:items"] = _folder.File("items.linr"),
                ["Linr:Data"] = _folder.File("data"),
                ["Linr:Files"] = _folder.Root,
                ["Linr:Tls:CertificateFile"] = _folder.File("server.pem"),
                ["Linr:Auth:KeyFile"] = _folder.File("keys.json"),
                ["Linr:Auth:Jwt:KeyFile"] = _folder.File("issuer.pem"),
                ["Linr:Auth:Jwt:Issuer"] = TestIssuer.Name,
                ["Linr:Auth:Jwt:Audience"] = TestIssuer.Audience,
                ["Linr:Auth:ClientCertificates:CaFile"] = _folder.File("clients.pem"),
                ["Linr:Auth:ClientCertificates:Callers:0:Name"] = "spiffe://linr.example/reader",
                ["Linr:Auth:ClientCertificates:Callers:0:Scopes:0"] = "read",
                ["Linr:Auth:ClientCertificates:Callers:0:Models:0"] = "*",
                ["Linr:Auth:ClientCertificates:Callers:1:Name"] = "operator",
                ["Linr:Auth:ClientCertificates:Callers:1:Scopes:0"] = "admin",
                ["Linr:Auth:ClientCertificates:Callers:1:Models:0"] = "*",
                ["Linr:Audit:File"] = _folder.File("audit.jsonl"),
            },
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Trace);
                // The one of the tests only: a filter of appsettings.json would be for all.
                builder.Services.AddSingleton<ILoggerProvider>(_logs);
            });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestCaller caller in _callers)
        {
            caller.Certificate?.Dispose();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _issuer.Dispose();
        _authority.Dispose();
        _clientAuthority.Dispose();
        _folder.Dispose();
    }

    internal TestCaller Caller(string name) => _callers.Single(one => one.Name == name);

    /// <summary>Calls of a caller by HTTP.</summary>
    internal HttpClient Http(TestCaller caller)
    {
        var http = new HttpClient(HandlerOf(caller)) { BaseAddress = Address };
        foreach ((string name, string value) in caller.Headers)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return http;
    }

    /// <summary>Calls of a caller by gRPC.</summary>
    internal GrpcChannel Channel(TestCaller caller)
        => GrpcChannel.ForAddress(Address, new GrpcChannelOptions
        {
            HttpHandler = HandlerOf(caller), DisposeHttpClient = true,
        });

    /// <summary>The headers of a caller by gRPC.</summary>
    internal static Metadata MetadataOf(TestCaller caller)
    {
        var metadata = new Metadata();
        foreach ((string name, string value) in caller.Headers)
        {
            metadata.Add(name, value);
        }

        return metadata;
    }

    private SocketsHttpHandler HandlerOf(TestCaller caller) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, found, _, _) => _authority.Trusts(found),
            LocalCertificateSelectionCallback = caller.Certificate is { } certificate
                ? (_, _, _, _, _) => certificate : null,
        },
    };

    private void AddKeys()
    {
        var file = new ApiKeyFile(_folder.File("keys.json"));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        const Scopes All = Scopes.Read | Scopes.Write | Scopes.Admin;
        Add("key, read", Scopes.Read, Make(Scopes.Read, "*"));
        Add("key, write", Scopes.Write, Make(Scopes.Write, "*"));
        Add("key, admin", Scopes.Admin, Make(Scopes.Admin, "*"));
        string good = Make(All, "*");
        Add("key, all", All, good);
        Add("key, all of its pattern", All, Make(All, "other*", "go?e"));
        string foreign = Make(All, "items", "other*");
        _callers.Add(new TestCaller("key of another model")
        {
            Headers = Bearer(foreign), Scopes = All, MayUseModels = false,
        });
        _callers.Add(new TestCaller("key in its own header") { Headers = [("x-api-key", good)], Scopes = All });
        _callers.Add(new TestCaller("two keys") { Headers = [("x-api-key", good), .. Bearer(good)] });
        _callers.Add(new TestCaller("key without its scheme") { Headers = [("authorization", good)] });
        _callers.Add(new TestCaller("key, basic") { Headers = [("authorization", $"Basic {good}")] });
        Add("key, wrong", Scopes.None, good[..^4] + (good.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"));
        Add("key, too short", Scopes.None, good[..^1]);
        Add("key, unknown", Scopes.None, ApiKeyText.Create().Key);
        Add("key, of no form", Scopes.None, "linr_");
        Add("key, expired", Scopes.None, Create(All, s_allModels, now - s_hour, now - (2 * s_hour)).Key);
        (string revoked, ApiKey kept) = Create(All, s_allModels, expires: null, now);
        file.Revoke(kept.Id, now);
        Add("key, revoked", Scopes.None, revoked);
        _secrets.AddRange(file.Keys.Select(key => Convert.ToBase64String(key.Hash)));
        _secrets.Add(Convert.ToBase64String(file.Read().Secret));

        string Make(Scopes scopes, params string[] models) => Create(scopes, models, expires: null, now).Key;

        (string Key, ApiKey Kept) Create(Scopes scopes, string[] models, DateTimeOffset? expires, DateTimeOffset at)
            => file.Create($"key {_callers.Count}{expires}", scopes, models, expires, at);

        void Add(string name, Scopes scopes, string key)
        {
            _callers.Add(new TestCaller(name) { Headers = Bearer(key), Scopes = scopes });
            // Its last part, which alone is secret.
            _secrets.Add(key.Length > 20 ? key[18..] : "linr_ ");
        }
    }

    private void AddTokens()
    {
        using var other = new TestIssuer();
        Add("token, read", Scopes.Read, _issuer.Sign());
        Add("token, admin and words of others", Scopes.Admin, _issuer.Sign(new() { ["scope"] = "linr:admin write x" }));
        Add("token, scopes as a list", Scopes.Write, _issuer.Sign(new() { ["scope"] = "linr:write y".Split(' ') }));
        _callers.Add(new TestCaller("token without scopes")
        {
            Headers = Bearer(_issuer.Sign(new() { ["scope"] = null })), IsPowerless = true,
        });
        _callers.Add(new TestCaller("token without models")
        {
            Headers = Bearer(_issuer.Sign(new() { ["linr_models"] = null })), Scopes = Scopes.Read, MayUseModels = false,
        });
        Add("token without a name", Scopes.None, _issuer.Sign(new() { ["sub"] = null }));
        Add("token, wrong audience", Scopes.None, _issuer.Sign(audience: "other"));
        Add("token without audience", Scopes.None, _issuer.Sign(audience: null));
        Add("token, wrong issuer", Scopes.None, _issuer.Sign(issuer: "https://other.example"));
        Add("token, expired", Scopes.None, _issuer.Sign(begins: -2 * s_hour, ends: -s_hour));
        Add("token, not yet good", Scopes.None, _issuer.Sign(begins: s_hour, ends: 2 * s_hour));
        Add("token, not signed", Scopes.None, _issuer.SignNot());
        Add("token, another's key", Scopes.None, other.Sign());
        Add("token, signed by the public key", Scopes.None, _issuer.SignByPublicKey());
        string[] parts = _issuer.Sign().Split('.');
        string changed = Base64UrlEncoder.Encode(
            Base64UrlEncoder.Decode(parts[1]).Replace("linr:read", "linr:admin", StringComparison.Ordinal));
        Add("token, changed", Scopes.None, $"{parts[0]}.{changed}.{parts[2]}");
        Add("token, none at all", Scopes.None, "abc");

        void Add(string name, Scopes scopes, string token)
        {
            _callers.Add(new TestCaller(name) { Headers = Bearer(token), Scopes = scopes });
            _secrets.AddRange(token.Split('.').Skip(1).Where(part => part.Length > 8));
        }
    }

    private void AddCertificates()
    {
        Add("certificate, read", _clientAuthority.IssueClient("ignored", "spiffe://linr.example/reader"), Scopes.Read);
        Add("certificate, admin by its common name", _clientAuthority.IssueClient("operator"), Scopes.Admin);
        Add("certificate of nobody known", _clientAuthority.IssueClient("stranger"), Scopes.None);
        // An alternative name counts, and the common name does not beside it.
        Add(
            "certificate whose common name alone is known",
            _clientAuthority.IssueClient("operator", "spiffe://linr.example/stranger"),
            Scopes.None);
        CutOff("certificate of another authority", _authority.IssueClient("operator"));
        CutOff("certificate, expired", _clientAuthority.IssueClient("operator", isExpired: true));
        CutOff("certificate of a server", _clientAuthority.IssueServer());
        _callers.Add(new TestCaller("certificate, read, and a wrong key")
        {
            Certificate = _clientAuthority.IssueClient("ignored", "spiffe://linr.example/reader"),
            Headers = Bearer(ApiKeyText.Create().Key),
        });

        void Add(string name, X509Certificate2 certificate, Scopes scopes)
            => _callers.Add(new TestCaller(name) { Certificate = certificate, Scopes = scopes });

        void CutOff(string name, X509Certificate2 certificate)
            => _callers.Add(new TestCaller(name) { Certificate = certificate, IsCutOff = true });
    }

    private static IReadOnlyList<(string Name, string Value)> Bearer(string shown) => [("authorization", $"Bearer {shown}")];

    private static string PrivatePem(X509Certificate2 certificate)
        => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
}
