using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Linr.Tests.Server.Console;

/// <summary>Refuses calls without a key, as a server does that knows its callers.</summary>
/// <param name="key">The key that is right.</param>
internal sealed class KeyWanted(string key) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            bool isCall = context.Request.Path.StartsWithSegments("/v1");
            if (!isCall || context.Request.Headers.Authorization == $"Bearer {key}")
            {
                return following(context);
            }

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        next(app);
    };
}
