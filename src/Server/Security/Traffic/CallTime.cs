using Linr.Server.Options;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Security.Traffic;

/// <summary>How long a call may take as a whole: the reading of its body, its work and its answer.</summary>
internal sealed class CallTime : IDisposable
{
    private readonly HttpContext _context;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _over;
    private readonly CancellationToken _aborted;
    private readonly CancellationTokenRegistration _registration;

    private CallTime(HttpContext context, TimeSpan limit, TimeProvider time)
    {
        (_context, _limit, _aborted) = (context, limit, context.RequestAborted);
        _over = new CancellationTokenSource(limit, time);
        _registration = _aborted.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), _over);
    }

    /// <summary>Ends when the time is over, or the caller ends the call.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>Whether the time is over: it was not the caller who ended the call.</summary>
    public bool IsOver => _over.IsCancellationRequested && !_aborted.IsCancellationRequested;

    /// <summary>What the caller is told when it is.</summary>
    public string Message
        => $"Limits:{nameof(RequestLimits.CallTimeout)}: expected a call that takes at most {_limit}; found one that "
            + "takes longer.";

    /// <summary>Ends a request's <see cref="HttpContext.RequestAborted"/> when its time is over.</summary>
    public static CallTime Begin(HttpContext context, TimeSpan limit, TimeProvider time)
    {
        var one = new CallTime(context, limit, time);
        context.RequestAborted = one.Token;
        context.Features.Set(one);
        return one;
    }

    /// <summary>
    /// What an exception of a call is to its caller: a <see cref="TimeoutException"/> where the time was over. The
    /// answer that says so may be written.
    /// </summary>
    public static Exception Explain(HttpContext context, Exception error)
    {
        if (error is not OperationCanceledException || context.Features.Get<CallTime>() is not { IsOver: true } time)
        {
            return error;
        }

        context.RequestAborted = time._aborted;
        return new TimeoutException(time.Message, error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.RequestAborted = _aborted;
        _registration.Dispose();
        _over.Dispose();
    }
}
