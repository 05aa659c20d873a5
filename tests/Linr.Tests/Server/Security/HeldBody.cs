using System.Net;
using System.Net.Http.Headers;

namespace Linr.Tests.Server.Security;

/// <summary>
/// A body of a request that is sent when the server asks for it, which it does behind its gates, and then held until it
/// is let go.
/// </summary>
internal sealed class HeldBody : HttpContent
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _first;
    private readonly byte[] _rest;

    public HeldBody(string type, byte[] first, byte[] rest)
    {
        (_first, _rest) = (first, rest);
        Headers.ContentType = new MediaTypeHeaderValue(type);
    }

    /// <summary>Ends when the server has asked, and has been sent the first part.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Sends the rest.</summary>
    public void LetGo() => _letGo.TrySetResult();

    /// <summary>A client that waits until it is asked.</summary>
    public static HttpClient Client(Uri address) => new(new SocketsHttpHandler
    {
        Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
    })
    {
        BaseAddress = address, DefaultRequestHeaders = { ExpectContinue = true },
    };

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_first);
        await stream.FlushAsync();
        _asked.TrySetResult();
        await _letGo.Task;
        await stream.WriteAsync(_rest);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
