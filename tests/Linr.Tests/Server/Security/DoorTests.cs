using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;
using Linr.Server.Security;
using Linr.Server.Security.Keys;
using Microsoft.Extensions.Configuration;

namespace Linr.Tests.Server.Security;

/// <summary>Settings that would leave a door open are refused at the start.</summary>
public sealed class DoorTests : IDisposable
{
    private static readonly string[] s_all = ["*"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Others_are_served_with_credentials_and_TLS_or_a_word_that_there_is_some_in_front()
    {
        using var authority = new TestAuthority("authority");
        using X509Certificate2 certificate = authority.IssueServer();
        string pem = _folder.Write(
            "server.pem",
            $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n");
        string keys = _folder.File("keys.json");
        new ApiKeyFile(keys).Create("a", Scopes.Read, s_all, expires: null, TimeProvider.System.GetUtcNow());
        Assert.Contains(
            "expected a loopback address, as no setting of Auth", Find(("Listen:Address", "0.0.0.0")), StringComparison.Ordinal);
        Assert.Contains(
            "expected a loopback address, as no setting of Auth",
            Find(("Listen:Address", "0.0.0.0"), ("Tls:CertificateFile", pem)),
            StringComparison.Ordinal);
        Assert.Contains(
            "keys and tokens would go over the network",
            Find(("Listen:Address", "::"), ("Auth:KeyFile", keys)),
            StringComparison.Ordinal);
        Assert.Empty(Find(("Listen:Address", "::"), ("Auth:KeyFile", keys), ("Tls:CertificateFile", pem)));
        Assert.Empty(Find(("Listen:Address", "0.0.0.0"), ("Auth:KeyFile", keys), ("Listen:AllowsPlaintext", "true")));
        Assert.Empty(Find(("Listen:Address", "::1")));
    }

    [Theory]
    [InlineData("Auth:Jwt:Issuer", "x", "Auth:Jwt: expected an Authority or a KeyFile")]
    [InlineData("Auth:Jwt:Authority", "http://issuer.example", "Auth:Jwt:Authority: expected an address with https")]
    [InlineData("Auth:Jwt:Authority", "https://issuer.example", "Auth:Jwt:Audience: expected whom tokens are for")]
    [InlineData("Auth:KeyFile", "nothing.json", "Auth:KeyFile: expected a file that can be read")]
    [InlineData("Auth:ClientCertificates:IsRequired", "true", "Auth:ClientCertificates:CaFile: expected the authorities")]
    [InlineData("Auth:ClientCertificates:CaFile", "nothing.pem", "Auth:ClientCertificates: expected a server with TLS")]
    [InlineData("Tls:KeyFile", "server.key", "Tls:CertificateFile: expected a certificate for the key")]
    [InlineData("Audit:File", "no/folder/audit.jsonl", "Audit:File: expected a file in a folder that there is")]
    [InlineData("Traffic:BodyBytesInFlightMax", "1000", "Traffic:BodyBytesInFlightMax: expected 0, or one body")]
    [InlineData("Limits:CallTimeout", "-00:00:01", "Limits:CallTimeout: expected 00:00:00 to")]
    [InlineData("Limits:Timeout", "soon", "Limits:Timeout: expected a time such as 00:00:30; found \"soon\"")]
    [InlineData("Listen:Hosts", "a.example", "Listen:Hosts: expected a list; found \"a.example\"")]
    [InlineData("Listen:HttpPort:x", "1", "Listen:HttpPort: expected an integer; found \"settings below it\"")]
    [InlineData("Device", "Tpu", "Device: expected Cpu, ")]
    public void What_is_wrong_is_named(string name, string value, string expected)
        => Assert.Contains($"Linr:{expected}", Find((name, value)), StringComparison.Ordinal);

    [Fact]
    public void Doors_beside_those_that_are_checked_are_refused()
        => Assert.Contains(
            "Kestrel:Endpoints: expected Linr:Listen",
            Find(("../Kestrel:Endpoints:Http:Url", "http://0.0.0.0:80")),
            StringComparison.Ordinal);

    private string Find(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?> { ["Linr:Data"] = _folder.File("data") };
        foreach ((string name, string value) in settings)
        {
            all.Add(name.StartsWith("../", StringComparison.Ordinal) ? name[3..] : $"Linr:{name}", value);
        }

        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        var options = new ServerOptions();
        reader.Bind(options);
        return string.Join('\n', new ServerOptionsCheck(reader).Validate(name: null, options).Failures ?? []);
    }
}
