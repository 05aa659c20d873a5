using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Linr.Filters;
using Linr.Server.Options;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Linr.Server.Wire;

/// <summary>
/// Filters that were read and checked before: those that callers prepared, and those that come again and again. The
/// least used are forgotten.
/// </summary>
/// <param name="options">What a filter may be.</param>
internal sealed class PreparedFilters(IOptions<RequestLimits> options) : IDisposable
{
    private const int CharactersMax = 64 * 1024 * 1024;
    private const string TokenPrefix = "f-";
    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = CharactersMax });

    /// <summary>Keeps a filter; its token is made of it alone.</summary>
    public string Keep(Filter filter)
    {
        string text = filter.ToString();
        // Callers share them, so that nobody may be able to make a filter with the token of another's.
        string token = TokenPrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        Set((Form.Token, token), filter, text.Length);
        return token;
    }

    /// <summary>The filter of a token; null where it was forgotten, or never prepared here.</summary>
    public KeptFilter? Find(string token) => _kept.Get<KeptFilter>((Form.Token, token));

    /// <summary>The filter of a text.</summary>
    /// <exception cref="FilterException">It is none.</exception>
    /// <exception cref="WireException">It is more than a filter may be.</exception>
    public KeptFilter OfText(string text)
        => _kept.Get<KeptFilter>((Form.Text, text)) ?? Set((Form.Text, text), Checked(Filter.Parse(text)), text.Length);

    /// <summary>The filter of a JSON form.</summary>
    /// <exception cref="FilterException">It is none.</exception>
    /// <exception cref="WireException">It is more than a filter may be.</exception>
    public KeptFilter OfJson(string json)
        => _kept.Get<KeptFilter>((Form.Json, json)) ?? Set((Form.Json, json), Checked(FilterJson.Parse(json)), json.Length);

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private Filter Checked(Filter filter)
    {
        FilterSize.Check(filter, options.Value);
        return filter;
    }

    private KeptFilter Set((Form, string) key, Filter filter, int characters)
    {
        var kept = new KeptFilter(filter);
        // A tree takes some ten times its text.
        _kept.Set(key, kept, new MemoryCacheEntryOptions { Size = 256 + (10L * characters) });
        return kept;
    }

    private enum Form
    {
        Text,
        Json,
        Token,
    }
}
