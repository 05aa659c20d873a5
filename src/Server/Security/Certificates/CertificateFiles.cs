using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;

namespace Linr.Server.Security.Certificates;

/// <summary>Certificates of files.</summary>
internal static class CertificateFiles
{
    private static readonly string[] s_pfxEndings = [".pfx", ".p12"];

    /// <summary>The files that make the server's certificate.</summary>
    public static IReadOnlyList<string> Of(TlsOptions options)
        => [.. new[] { options.CertificateFile, options.KeyFile, options.PasswordFile }.OfType<string>()];

    /// <summary>The server's certificate with its key, and those between it and its authority.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="FormatException">There is no certificate with its key.</exception>
    public static SslStreamCertificateContext ReadServer(TlsOptions options)
    {
        string path = options.CertificateFile!;
        string name = Path.GetFileName(path);
        string? password = options.PasswordFile is { } file ? File.ReadLines(file).FirstOrDefault() : null;
        try
        {
            var chain = new X509Certificate2Collection();
            X509Certificate2 own;
            if (s_pfxEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            {
                chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
                own = chain.FirstOrDefault(one => one.HasPrivateKey)
                    ?? throw new FormatException($"{name}: expected a certificate with its key; found no key.");
            }
            else
            {
                own = password is null
                    ? X509Certificate2.CreateFromPemFile(path, options.KeyFile)
                    : X509Certificate2.CreateFromEncryptedPemFile(path, password, options.KeyFile);
                chain.ImportFromPemFile(path);
            }

            // What a client needs besides is in the file: nothing is fetched while it waits.
            return SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new FormatException(
                $"{name}: expected a certificate with its private key; found something else: {error.Message}", error);
        }
    }

    /// <summary>The authorities of a PEM file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It has none.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        string name = Path.GetFileName(path);
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException error)
        {
            throw new FormatException($"{name}: expected certificates as PEM; found something else: {error.Message}", error);
        }

        return authorities.Count > 0
            ? authorities : throw new FormatException($"{name}: expected certificates as PEM; found none.");
    }
}
