using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;
using Linr.Server.Security.Certificates;
using Linr.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Linr.Tests.Server.Security;

/// <summary>The server's certificate: the forms it comes in, and that it changes while connections go on.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Password = "correct horse";
    private static readonly PbeParameters s_encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("authority");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_new_certificate_is_for_new_connections_and_the_old_ones_go_on()
    {
        TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(5, seed: 83));
        string first = WritePem("server.pem");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TestServer server = await TestServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["Linr:Models:items"] = _folder.File("items.linr"),
                ["Linr:Tls:CertificateFile"] = _folder.File("server.pem"),
            },
            builder => builder.Services.AddSingleton<TimeProvider>(time));
        Uri address = server.Http.BaseAddress!;
        using var old = new Visitor(_authority, address);
        Assert.Equal([first], await old.VisitAsync(HttpVersion.Version20));

        string second = WritePem("server.pem");
        time.Advance(TimeSpan.FromSeconds(1));
        using var fresh = new Visitor(_authority, address);
        Assert.Equal([second], await fresh.VisitAsync(HttpVersion.Version11));
        Assert.Equal([first], await old.VisitAsync(HttpVersion.Version20));

        _folder.Write("server.pem", "rubbish");
        time.Advance(TimeSpan.FromSeconds(1));
        using var last = new Visitor(_authority, address);
        Assert.Equal([second], await last.VisitAsync(HttpVersion.Version20));
        Assert.Equal([first], await old.VisitAsync(HttpVersion.Version20));
    }

    [Theory]
    [InlineData("one file")]
    [InlineData("two files")]
    [InlineData("two files, with a password")]
    [InlineData("PFX")]
    [InlineData("PFX, with a password")]
    public void It_comes_in_each_form(string form)
    {
        using X509Certificate2 certificate = _authority.IssueServer();
        SslStreamCertificateContext read = CertificateFiles.ReadServer(Write(certificate, form));
        Assert.True(read.TargetCertificate.HasPrivateKey);
        Assert.Equal(certificate.Thumbprint, read.TargetCertificate.Thumbprint);
    }

    [Theory]
    [InlineData("two files, with a password")]
    [InlineData("PFX, with a password")]
    public void A_wrong_password_is_not_told(string form)
    {
        using X509Certificate2 certificate = _authority.IssueServer();
        TlsOptions options = Write(certificate, form);
        _folder.Write("password", "wrong password\n");
        FormatException error = Assert.Throws<FormatException>(() => CertificateFiles.ReadServer(options));
        Assert.DoesNotContain("wrong password", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Root, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused()
    {
        using X509Certificate2 certificate = _authority.IssueServer();
        using X509Certificate2 other = _authority.IssueServer();
        _folder.Write("server.pem", certificate.ExportCertificatePem());
        Assert.Throws<FormatException>(
            () => CertificateFiles.ReadServer(new TlsOptions { CertificateFile = _folder.File("server.pem") }));
        _folder.Write("server.key", other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.Throws<FormatException>(() => CertificateFiles.ReadServer(new TlsOptions
        {
            CertificateFile = _folder.File("server.pem"), KeyFile = _folder.File("server.key"),
        }));
    }

    private TlsOptions Write(X509Certificate2 certificate, string form)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string pem = certificate.ExportCertificatePem();
        bool hasPassword = form.EndsWith("password", StringComparison.Ordinal);
        string? passwordFile = hasPassword ? _folder.Write("password", Password + "\n") : null;
        if (form.StartsWith("PFX", StringComparison.Ordinal))
        {
            return new TlsOptions
            {
                CertificateFile = _folder.Write(
                    "server.pfx", certificate.Export(X509ContentType.Pfx, hasPassword ? Password : null)),
                PasswordFile = passwordFile,
            };
        }

        string keyPem = hasPassword
            ? key.ExportEncryptedPkcs8PrivateKeyPem(Password, s_encryption) : key.ExportPkcs8PrivateKeyPem();
        return form == "one file"
            ? new TlsOptions { CertificateFile = _folder.Write("server.pem", $"{pem}\n{keyPem}\n") }
            : new TlsOptions
            {
                CertificateFile = _folder.Write("server.pem", pem),
                KeyFile = _folder.Write("server.key", keyPem),
                PasswordFile = passwordFile,
            };
    }

    private string WritePem(string name)
    {
        using X509Certificate2 certificate = _authority.IssueServer();
        _folder.Write(
            name,
            $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n");
        return certificate.Thumbprint;
    }

    /// <summary>A client that notes the certificate of each of its connections.</summary>
    private sealed class Visitor : IDisposable
    {
        private readonly List<string> _seen = [];
        private readonly HttpClient _http;

        public Visitor(TestAuthority authority, Uri address)
        {
            _http = new HttpClient(new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, found, _, _) =>
                    {
                        _seen.Add(((X509Certificate2)found!).Thumbprint);
                        return authority.Trusts(found);
                    },
                },
            })
            {
                BaseAddress = address, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
        }

        public async Task<IReadOnlyList<string>> VisitAsync(Version version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models")
            {
                Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return [.. _seen];
        }

        public void Dispose() => _http.Dispose();
    }
}
