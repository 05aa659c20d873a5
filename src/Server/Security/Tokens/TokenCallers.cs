using System.Security.Claims;
using Linr.Server.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Linr.Server.Security.Tokens;

/// <summary>Who has a signed token (JWT): the issuer, audience, times and signature are checked.</summary>
internal sealed partial class TokenCallers
{
    private const string Discovery = "/.well-known/openid-configuration";

    // Public keys alone: a key that checks can never sign, whatever algorithm a token says.
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly JwtOptions _options;
    private readonly ILogger<TokenCallers> _log;
    private readonly TimeProvider _time;
    private readonly ReloadedFile<IReadOnlyList<SecurityKey>>? _keys;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _provider;

    public TokenCallers(IOptions<ServerOptions> options, TimeProvider time, ILogger<TokenCallers> log)
    {
        (_options, _time, _log) = (options.Value.Auth.Jwt, time, log);
        if (_options.KeyFile is { } path)
        {
            _keys = new ReloadedFile<IReadOnlyList<SecurityKey>>(
                "Auth:Jwt:KeyFile", [path], () => TokenKeys.Read(path), time, log).Read();
        }

        if (_options.Authority is { } authority)
        {
            // It asks again by itself: now and then, and where a token has a key that it does not know.
            _provider = new ConfigurationManager<OpenIdConnectConfiguration>(
                authority.TrimEnd('/') + Discovery,
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = !new Uri(authority).IsLoopback });
        }
    }

    /// <summary>Whether tokens are taken at all.</summary>
    public bool IsConfigured => _options.IsConfigured;

    /// <summary>The caller; null where the token is not taken. The log says why, and never the token.</summary>
    public async Task<Caller?> FindAsync(string token)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, Parameters()).ConfigureAwait(false);
        if (!result.IsValid)
        {
            // The kind of the exception says what is wrong; its message may have parts of the token.
            string reason = result.Exception?.GetType().Name ?? "no reason";
            LogRefused(reason);
            return null;
        }

        ClaimsIdentity claims = result.ClaimsIdentity;
        if (claims.FindFirst(_options.NameClaim)?.Value is not { Length: > 0 } name || name.Any(char.IsControl))
        {
            LogNameless(_options.NameClaim);
            return null;
        }

        string[] models = [.. claims.FindAll(_options.ModelsClaim).Select(one => one.Value)];
        return new Caller(name, ScopesOf(claims))
        {
            Credential = $"token {name}", Models = models.Length > 0 ? models : _options.Models,
        };
    }

    private Scopes ScopesOf(ClaimsIdentity claims)
    {
        Scopes scopes = Scopes.None;
        foreach (Claim claim in claims.FindAll(_options.ScopeClaim))
        {
            foreach (string word in claim.Value.Split(' '))
            {
                // Other services have words of their own in the same claim.
                scopes |= word.StartsWith(_options.ScopePrefix, StringComparison.Ordinal)
                    ? ScopeWords.Find(word.AsSpan(_options.ScopePrefix.Length)) : Scopes.None;
            }
        }

        return scopes;
    }

    private TokenValidationParameters Parameters() => new()
    {
        ConfigurationManager = _provider,
        IssuerSigningKeys = _keys?.Value,
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        ValidAlgorithms = s_algorithms,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        RequireAudience = true,
        TryAllIssuerSigningKeys = true,
        LifetimeValidator = IsNow,
    };

    // By the server's clock, which tests can set.
    private bool IsNow(DateTime? from, DateTime? until, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        return until is { } end && now < end + _options.ClockSkew
            && (from is not { } begin || now >= begin - _options.ClockSkew);
    }

    [LoggerMessage(EventId = 312, Level = LogLevel.Information, Message = "A token has no claim {Claim} of a name.")]
    private partial void LogNameless(string claim);

    [LoggerMessage(EventId = 311, Level = LogLevel.Information, Message = "A token was refused: {Reason}.")]
    private partial void LogRefused(string reason);
}
