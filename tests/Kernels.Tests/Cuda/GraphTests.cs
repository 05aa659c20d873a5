using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class GraphTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly LaunchShape s_shape = new(1, 32);

    [Fact]
    public void A_captured_graph_runs_again_on_what_the_memory_holds_then()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        using DeviceBuffer<float> x = OnDevice(1f, 2f, 3f);
        using DeviceBuffer<float> y = OnDevice(0f, 0f, 0f);
        using CudaGraph graph = Stream.Capture("twice", stream =>
        {
            Assert.True(stream.IsCapturing);
            line.Launch(s_shape, stream, y.Slice(), x.Slice(), 2f, 0f, 3);
            line.Launch(s_shape, stream, y.Slice(), y.Slice(), 10f, 1f, 3);
        });
        Assert.False(Stream.IsCapturing);
        Assert.Equal(2, graph.NodeCount);
        Assert.Equal([0f, 0f, 0f], ToHost(y.Slice()));

        using CudaGraphExec exec = graph.Instantiate();
        exec.Prepare(Stream);
        exec.Launch(Stream);
        Assert.Equal([21f, 41f, 61f], ToHost(y.Slice()));
        Stream.Upload([5f, 6f, 7f], x.Slice());
        exec.Launch(Stream);
        Assert.Equal([101f, 121f, 141f], ToHost(y.Slice()));
        Assert.Equal(0, AllocatedBytes(() => exec.Launch(Stream)));
        Stream.Synchronize();
    }

    [Fact]
    public void A_graph_takes_new_arguments_but_no_new_work()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        using DeviceBuffer<float> x = OnDevice(1f, 2f, 3f);
        using DeviceBuffer<float> y = OnDevice(0f, 0f, 0f);
        using CudaGraph first = Capture(2f, 1);
        using CudaGraph other = Capture(3f, 1);
        using CudaGraph longer = Capture(4f, 2);
        using CudaGraphExec exec = first.Instantiate();
        Assert.True(exec.TryUpdate(other));
        exec.Launch(Stream);
        Assert.Equal([3f, 6f, 9f], ToHost(y.Slice()));
        Assert.False(exec.TryUpdate(longer));
        exec.Launch(Stream);
        Assert.Equal([3f, 6f, 9f], ToHost(y.Slice()));

        CudaGraph Capture(float factor, int times) => Stream.Capture("line", stream =>
        {
            for (int time = 0; time < times; time++)
            {
                line.Launch(s_shape, stream, y.Slice(), x.Slice(), factor, 0f, 3);
            }
        });
    }

    [Fact]
    public void Copies_fills_and_timed_events_are_captured()
    {
        using var host = new PinnedBuffer<int>(Context, 4, "host");
        using DeviceBuffer<int> values = OnDevice(1, 2, 3, 4);
        using var start = new CudaEvent(Context, "start");
        using var end = new CudaEvent(Context, "end");
        using CudaGraph graph = Stream.Capture("copies", stream =>
        {
            start.RecordNode(stream);
            stream.EnqueueFill(values.Slice(0, 2), 7);
            stream.EnqueueDownload(values.Slice(), host.Slice());
            end.RecordNode(stream);
        });
        Assert.Equal(4, graph.NodeCount);
        using CudaGraphExec exec = graph.Instantiate();
        graph.Dispose();
        exec.Launch(Stream);
        Stream.Synchronize();
        Assert.Equal([7, 7, 3, 4], host.Span.ToArray());
        Assert.InRange(end.MsSince(start), 0, 1000);
    }

    [Fact]
    public void A_capture_that_fails_leaves_the_stream_usable()
    {
        Assert.Throws<TimeoutException>(() => Stream.Capture("failed", _ => throw new TimeoutException()));
        Assert.False(Stream.IsCapturing);
        using DeviceBuffer<int> values = OnDevice(1, 2);
        Assert.Equal([1, 2], ToHost(values.Slice()));
    }

    [Fact]
    public void A_wait_cannot_be_captured()
    {
        var error = Assert.Throws<CudaException>(() => Stream.Capture("waiting", stream => stream.Synchronize()));
        Assert.Equal("cuStreamSynchronize", error.Call);
        Assert.False(Stream.IsCapturing);
        Stream.Synchronize();
    }
}
