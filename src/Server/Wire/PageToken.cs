using System.Buffers.Text;
using System.Text;

namespace Linr.Server.Wire;

/// <summary>The token of a page: the id behind which it begins. Callers do not look into it.</summary>
internal static class PageToken
{
    /// <summary>The token.</summary>
    public static string Write(ItemId after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after.ToString()));

    /// <summary>The id of a token; null for the first page.</summary>
    public static ItemId? Read(string token, IdKind kind, WireProblems problems)
    {
        if (token.Length == 0)
        {
            return null;
        }

        try
        {
            return ItemId.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)), kind);
        }
        catch (FormatException)
        {
            problems.Add("page", $"expected `next` of an answer; found \"{token}\".");
            return null;
        }
    }
}
