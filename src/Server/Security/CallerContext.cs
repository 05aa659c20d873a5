using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Security;

/// <summary>Who makes a request.</summary>
internal static class CallerContext
{
    /// <summary>The caller of a request, as <see cref="AccessGate"/> has made out.</summary>
    public static Caller Caller(this HttpContext context)
        => context.Features.Get<Caller>() ?? throw new UnreachableException("A request passed no gate.");
}
