using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Linr.Server.Options;
using Microsoft.AspNetCore.Http.Features;

namespace Linr.Server.Security.Traffic;

/// <summary>
/// The body of a request, whose bytes count for the budget of all from when they arrive until the request ends: what
/// was read is a message by then, which takes no less. A stream counts for what it holds and its last message.
/// </summary>
/// <param name="inner">The body.</param>
/// <param name="budget">What all bodies may take.</param>
/// <param name="clock">How long the call may take; null: any time.</param>
/// <param name="messageBytesMax">
/// The bytes of a message of gRPC, which takes nobody else's exceptions while it reads; null: it is not gRPC.
/// </param>
/// <param name="isStream">Whether it is a stream of messages.</param>
internal sealed class CountedBody(
    IRequestBodyPipeFeature inner, BodyBudget budget, CallTime? clock, long? messageBytesMax, bool isStream)
    : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    // Of gRPC over HTTP/2: whether it is compressed, a byte, and the length.
    private const int MessageHeadBytes = 5;
    private PipeReader _reader = inner.Reader;
    private ReadOnlySequence<byte> _buffer;
    private long _doneBytes;
    private long _unpackedBytes;
    private long _takenBytes;

    /// <inheritdoc/>
    public PipeReader Reader
    {
        get
        {
            // What decompresses has put another body in the place of the first.
            _reader = inner.Reader;
            return this;
        }
    }

    /// <summary>A message of it takes this many bytes, which are more than those it came in.</summary>
    /// <exception cref="TrafficException">There is no room.</exception>
    public void Unpack(long bytes)
    {
        _unpackedBytes = isStream ? bytes : _unpackedBytes + bytes;
        Hold();
    }

    /// <summary>Gives back what it took.</summary>
    public void Dispose()
    {
        budget.Give(_takenBytes);
        _takenBytes = 0;
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            CancellationToken ended = cancellationToken.CanBeCanceled || clock is null ? cancellationToken : clock.Token;
            return Count(await _reader.ReadAsync(ended).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (messageBytesMax is not null && clock is { IsOver: true })
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, clock.Message));
        }
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool isRead = _reader.TryRead(out result);
        if (isRead)
        {
            Count(result);
        }

        return isRead;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        long done = _buffer.Slice(0, consumed).Length;
        if (done > 0)
        {
            _doneBytes = isStream ? done : _doneBytes + done;
        }

        _buffer = default;
        _reader.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => _reader.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _reader.Complete(exception);

    private ReadResult Count(ReadResult result)
    {
        _buffer = result.Buffer;
        try
        {
            CheckMessage();
            Hold();
        }
        catch (TrafficException full) when (messageBytesMax is not null)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, full.Message));
        }

        return result;
    }

    private void Hold()
    {
        long change = Math.Max(_doneBytes, _unpackedBytes) + _buffer.Length - _takenBytes;
        if (change > 0)
        {
            budget.Take(change);
        }
        else
        {
            budget.Give(-change);
        }

        _takenBytes += change;
    }

    // gRPC itself would say neither the limit nor the length.
    private void CheckMessage()
    {
        if (messageBytesMax is not { } bytesMax || _buffer.Length < MessageHeadBytes)
        {
            return;
        }

        // Messages are taken whole: what is left begins with the next.
        Span<byte> head = stackalloc byte[MessageHeadBytes];
        _buffer.Slice(0, MessageHeadBytes).CopyTo(head);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (length > bytesMax)
        {
            throw new TrafficException(
                $"Limits:{nameof(RequestLimits.BodyBytesMax)}: expected a message of at most {bytesMax:N0} bytes; found "
                + $"one of {length:N0}.");
        }
    }
}
