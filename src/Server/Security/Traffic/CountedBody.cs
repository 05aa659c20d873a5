using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Linr.Server.Security.Traffic;

/// <summary>
/// The body of a request, whose bytes count for the budget of all from when they arrive until the request ends: what
/// was read is a message by then, which takes no less.
/// </summary>
/// <param name="inner">The body.</param>
/// <param name="budget">What all bodies may take.</param>
/// <param name="bytesMax">The most that this one counts for: a stream lets go of what it has handled.</param>
/// <param name="isGrpc">Whether gRPC reads it, which takes nobody else's exceptions.</param>
internal sealed class CountedBody(PipeReader inner, BodyBudget budget, long bytesMax, bool isGrpc)
    : PipeReader, IRequestBodyPipeFeature
{
    private long _consumedBytes;
    private long _takenBytes;
    private ReadOnlySequence<byte> _buffer;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <summary>Gives back what it took, when the request has ended.</summary>
    public void Release()
    {
        budget.Give(_takenBytes);
        _takenBytes = 0;
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        => Count(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool isRead = inner.TryRead(out result);
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
        _consumedBytes += _buffer.Slice(0, consumed).Length;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Count(ReadResult result)
    {
        _buffer = result.Buffer;
        long held = Math.Min(_consumedBytes + _buffer.Length, bytesMax);
        if (held > _takenBytes)
        {
            Take(held - _takenBytes);
            _takenBytes = held;
        }

        return result;
    }

    private void Take(long bytes)
    {
        try
        {
            budget.Take(bytes);
        }
        catch (TrafficException full) when (isGrpc)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, full.Message));
        }
    }
}
