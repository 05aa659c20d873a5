using Microsoft.AspNetCore.Http;

namespace Linr.Server.Security;

/// <summary>Who makes a request.</summary>
internal static class CallerContext
{
    /// <summary>The caller of a request, as the server has made out.</summary>
    public static Caller Caller(this HttpContext context)
        => context.Features.Get<Caller>() ?? Security.Caller.Local;
}
