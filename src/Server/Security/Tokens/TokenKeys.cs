using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Linr.Server.Security.Tokens;

/// <summary>The public keys that tokens are signed by, of a file.</summary>
internal static class TokenKeys
{
    /// <summary>All keys of a file: PEM, of keys or certificates, or a JSON Web Key Set.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It has none.</exception>
    public static IReadOnlyList<SecurityKey> Read(string path)
    {
        string name = Path.GetFileName(path);
        string text = File.ReadAllText(path);
        try
        {
            List<SecurityKey> keys = text.TrimStart().StartsWith('{')
                ? [.. new JsonWebKeySet(text).GetSigningKeys()] : ReadPem(text);
            if (keys.Exists(key => key is SymmetricSecurityKey))
            {
                throw new FormatException($"{name}: expected public keys; found a secret one.");
            }

            return keys.Count > 0
                ? keys : throw new FormatException($"{name}: expected public keys as PEM or a JSON Web Key Set; found none.");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new FormatException(
                $"{name}: expected public keys as PEM or a JSON Web Key Set; found something else: {error.Message}", error);
        }
    }

    private static List<SecurityKey> ReadPem(string text)
    {
        var keys = new List<SecurityKey>();
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            ReadOnlySpan<char> block = rest[fields.Location];
            switch (rest[fields.Label])
            {
                case "CERTIFICATE":
                    keys.Add(new X509SecurityKey(X509Certificate2.CreateFromPem(block)));
                    break;
                case "PUBLIC KEY":
                    keys.Add(ReadPublic(block));
                    break;
                case "RSA PUBLIC KEY":
                    keys.Add(ReadRsa(block));
                    break;
            }

            rest = rest[fields.Location.End..];
        }

        return keys;
    }

    private static SecurityKey ReadPublic(ReadOnlySpan<char> block)
    {
        var curve = ECDsa.Create();
        try
        {
            curve.ImportFromPem(block);
            return new ECDsaSecurityKey(curve);
        }
        catch (CryptographicException)
        {
            // The label is the same for each kind of key.
            curve.Dispose();
            return ReadRsa(block);
        }
    }

    private static RsaSecurityKey ReadRsa(ReadOnlySpan<char> block)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(block);
        return new RsaSecurityKey(rsa);
    }
}
