using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Security;

/// <summary>
/// Names each request: as its caller did in <c>X-Request-Id</c>, else by its trace (<c>traceparent</c>); the answer and
/// the logs have the name.
/// </summary>
/// <param name="next">What comes after.</param>
internal sealed class RequestIds(RequestDelegate next)
{
    public const string Header = "X-Request-Id";
    private const int LengthMax = 128;

    public Task InvokeAsync(HttpContext context)
    {
        string given = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = IsOne(given) ? given
            : Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToString()
            // Where nobody listens there is no activity, but its caller may have one.
            : ActivityContext.TryParse(context.Request.Headers.TraceParent, traceState: null, out ActivityContext trace)
                ? trace.TraceId.ToString()
            : ActivityTraceId.CreateRandom().ToString();
        Tell(context);
        return next(context);
    }

    /// <summary>Gives the answer the name.</summary>
    public static void Tell(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;

    // What goes into logs and headers has nothing that could end a line.
    private static bool IsOne(string given)
        => given.Length is > 0 and <= LengthMax
            && given.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/');
}
