using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Linr.Tests.Server.Security;

/// <summary>A service that signs tokens (JWT).</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Name = "https://issuer.example";
    public const string Audience = "linr";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public key, which servers check by.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The private key, which no log may have.</summary>
    public string PrivatePem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>A token that is good, but for what is changed of it.</summary>
    /// <param name="claims">Its claims besides the usual ones; a null takes one away.</param>
    /// <param name="issuer">Who says that he issued it.</param>
    /// <param name="audience">Whom it is for; null: it does not say.</param>
    /// <param name="begins">When it begins, from now.</param>
    /// <param name="ends">When it ends, from now.</param>
    /// <param name="signing">What it is signed by; null: this issuer's key.</param>
    public string Sign(
        Dictionary<string, object?>? claims = null,
        string issuer = Name,
        string? audience = Audience,
        TimeSpan? begins = null,
        TimeSpan? ends = null,
        SigningCredentials? signing = null)
    {
        var all = new Dictionary<string, object>
        {
            ["sub"] = "service-a", ["scope"] = "openid linr:read", ["linr_models"] = new[] { "*" },
        };
        foreach ((string name, object? value) in claims ?? [])
        {
            all.Remove(name);
            if (value is not null)
            {
                all.Add(name, value);
            }
        }

        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        DateTime from = now + (begins ?? TimeSpan.FromMinutes(-5));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = from,
            Expires = now + (ends ?? TimeSpan.FromMinutes(5)),
            Claims = all,
            SigningCredentials = signing ?? new SigningCredentials(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <summary>A good token whose header says that it is not signed, and that is not.</summary>
    public string SignNot()
    {
        string payload = Sign().Split('.')[1];
        return $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{payload}.";
    }

    /// <summary>A token signed as if the public key, which everybody has, were a secret one.</summary>
    public string SignByPublicKey() => Sign(signing: new SigningCredentials(
        new SymmetricSecurityKey(Encoding.ASCII.GetBytes(PublicPem)), SecurityAlgorithms.HmacSha256));

    public void Dispose() => _key.Dispose();
}
