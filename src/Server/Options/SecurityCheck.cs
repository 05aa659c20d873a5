using System.Net;
using Linr.Server.Security;
using Linr.Server.Security.Certificates;
using Linr.Server.Security.Keys;
using Linr.Server.Security.Tokens;

namespace Linr.Server.Options;

/// <summary>Finds what is wrong with who gets in, and what would leave a door open.</summary>
internal static class SecurityCheck
{
    /// <summary>Adds what is wrong.</summary>
    public static void Find(ServerOptions options, SettingProblems problems)
    {
        CheckListen(options, problems);
        CheckTls(options.Tls, problems);
        if (options.Auth.KeyFile is { } keys)
        {
            problems.Read("Auth:KeyFile", () => new ApiKeyFile(keys).Read());
        }

        CheckTokens(options.Auth.Jwt, problems);
        CheckCertificates(options, problems);
        CheckTraffic(options, problems);
        problems.Range("Audit:FileBytesMax", options.Audit.FileBytesMax, 64 * 1024, 1L << 40);
        problems.Range("Audit:FilesMax", options.Audit.FilesMax, 2, 1_000);
        if (options.Audit.File is { } audit)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(audit)) ?? audit;
            problems.Check("Audit:File", Directory.Exists(folder), "a file in a folder that there is", audit);
        }
    }

    private static void CheckListen(ServerOptions options, SettingProblems problems)
    {
        ListenOptions listen = options.Listen;
        if (!IPAddress.TryParse(listen.Address, out IPAddress? address))
        {
            problems.Add("Listen:Address", "an IP address", $"\"{listen.Address}\"");
        }
        else if (!IPAddress.IsLoopback(address) && !options.Auth.IsConfigured)
        {
            problems.Add(
                "Listen:Address",
                "a loopback address, as no setting of Auth says how callers are asked who they are "
                + "(Auth:KeyFile, Auth:Jwt or Auth:ClientCertificates)",
                $"\"{listen.Address}\", which others can reach");
        }
        else if (!IPAddress.IsLoopback(address) && !options.Tls.IsConfigured && !listen.AllowsPlaintext)
        {
            problems.Add(
                "Listen:Address",
                "a loopback address, or TLS (Tls:CertificateFile), or that something in front has it "
                + "(Listen:AllowsPlaintext): keys and tokens would go over the network for all to read",
                $"\"{listen.Address}\"");
        }

        problems.Range("Listen:HttpPort", listen.HttpPort, 0, 65_535);
        problems.Range("Listen:GrpcPort", listen.GrpcPort, 0, 65_535);
        problems.Check(
            "Listen:GrpcPort",
            options.Tls.IsConfigured || listen.GrpcPort == 0 || listen.GrpcPort != listen.HttpPort,
            "another port than HttpPort",
            $"{listen.GrpcPort}");
    }

    private static void CheckTls(TlsOptions tls, SettingProblems problems)
    {
        if (tls.IsConfigured)
        {
            problems.Read("Tls:CertificateFile", () => CertificateFiles.ReadServer(tls));
        }
        else if (tls.KeyFile is not null || tls.PasswordFile is not null)
        {
            problems.Add("Tls:CertificateFile", "a certificate for the key that is set", "none");
        }
    }

    private static void CheckTokens(JwtOptions jwt, SettingProblems problems)
    {
        if (!jwt.IsConfigured)
        {
            // Whoever sets these means tokens to be taken.
            problems.Check(
                "Auth:Jwt", jwt.Issuer is null && jwt.Audience is null, "an Authority or a KeyFile", "neither");
            return;
        }

        if (jwt.KeyFile is { } keys)
        {
            problems.Read("Auth:Jwt:KeyFile", () => TokenKeys.Read(keys));
        }

        if (jwt.Authority is { } authority)
        {
            bool isSafe = Uri.TryCreate(authority, UriKind.Absolute, out Uri? address)
                && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
            problems.Check("Auth:Jwt:Authority", isSafe, "an address with https", authority);
        }
        else
        {
            problems.Check("Auth:Jwt:Issuer", jwt.Issuer is { Length: > 0 }, "the issuer of tokens", $"{jwt.Issuer}");
        }

        problems.Check("Auth:Jwt:Audience", jwt.Audience is { Length: > 0 }, "whom tokens are for", $"{jwt.Audience}");
        problems.Check(
            "Auth:Jwt:ClockSkew",
            jwt.ClockSkew >= TimeSpan.Zero && jwt.ClockSkew <= TimeSpan.FromMinutes(10),
            "00:00:00 to 00:10:00",
            $"{jwt.ClockSkew}");
    }

    private static void CheckCertificates(ServerOptions options, SettingProblems problems)
    {
        ClientCertificateOptions certificates = options.Auth.ClientCertificates;
        const string Field = "Auth:ClientCertificates";
        if (!certificates.IsConfigured)
        {
            problems.Check(
                $"{Field}:CaFile",
                certificates.Callers.Count == 0 && !certificates.IsRequired,
                "the authorities of the certificates that are set",
                "none");
            return;
        }

        problems.Check(Field, options.Tls.IsConfigured, "a server with TLS (Tls:CertificateFile)", "none");
        problems.Read($"{Field}:CaFile", () => CertificateFiles.ReadAuthorities(certificates.CaFile!));
        for (int i = 0; i < certificates.Callers.Count; i++)
        {
            CertificateCaller caller = certificates.Callers[i];
            string field = $"{Field}:Callers:{i}";
            bool isOne = caller.Name.Length > 0 && certificates.Callers.FindIndex(one => one.Name == caller.Name) == i;
            problems.Check($"{field}:Name", isOne, "a name that no other has", caller.Name);
            problems.Check($"{field}:Models", caller.Models.Count > 0, "patterns of models, * for all", "none");
            problems.Read(field, () => ScopeWords.Parse(caller.Scopes, "Scopes"));
        }
    }

    private static void CheckTraffic(ServerOptions options, SettingProblems problems)
    {
        TrafficLimits traffic = options.Traffic;
        problems.Range("Traffic:ConcurrentMax", traffic.ConcurrentMax, 0, 1_000_000);
        problems.Range("Traffic:ConcurrentPerCallerMax", traffic.ConcurrentPerCallerMax, 0, 1_000_000);
        problems.Range("Traffic:RequestsPerSecond", traffic.RequestsPerSecond, 0, 10_000_000);
        problems.Range("Traffic:RequestBurst", traffic.RequestBurst, 0, 10_000_000);
        problems.Range("Traffic:ConnectionsMax", traffic.ConnectionsMax, 0, 1_000_000);
        problems.Range("Traffic:HeaderBytesMax", traffic.HeaderBytesMax, 8 * 1024, 1024 * 1024);
        problems.Check(
            "Traffic:BodyBytesInFlightMax",
            traffic.BodyBytesInFlightMax == 0 || traffic.BodyBytesInFlightMax >= options.Limits.BodyBytesMax,
            "0, or one body (Limits:BodyBytesMax) at least",
            $"{traffic.BodyBytesInFlightMax}");
        Positive("Traffic:HeadersTimeout", traffic.HeadersTimeout);
        Positive("Traffic:IdleTimeout", traffic.IdleTimeout);

        void Positive(string field, TimeSpan time)
            => problems.Check(field, time > TimeSpan.Zero, "more than 0", $"{time}");
    }
}
