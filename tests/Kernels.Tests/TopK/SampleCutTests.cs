using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class SampleCutTests(CudaMachine machine) : CudaTest(machine)
{
    /// <summary>
    /// Random, descending, one value, few values, the best where the probe does or does not look, few that pass, none.
    /// </summary>
    private static readonly Func<int, int, Random, float>[] s_kinds =
    [
        (_, _, random) => random.NextSingle() - 0.5f,
        (i, length, _) => (float)(length - i) / length,
        (_, _, _) => -3,
        (_, _, random) => random.Next(5),
        (i, _, random) => i % 16 >= 4 ? 100 + random.NextSingle() : random.NextSingle(),
        (i, _, random) => i % 16 < 4 ? 100 + random.NextSingle() : random.NextSingle(),
        (_, _, random) => random.Next(1000) == 0 ? random.NextSingle() : float.NegativeInfinity,
        (_, _, _) => float.NegativeInfinity,
    ];

    [Theory]
    [InlineData(4)]
    [InlineData(4096)]
    [InlineData(16_384)]
    [InlineData(65_536)]
    [InlineData(100_004)]
    public void The_cut_is_the_one_of_the_reference(int length)
    {
        using var op = new TopKCuda(Context);
        var random = new Random(length);
        float[] scores = [.. s_kinds.SelectMany(
            kind => Enumerable.Range(0, length).Select(i => kind(i, length, random)))];
        float[] errors = [.. s_kinds.Select((_, i) => i * 1e-4f)];
        using DeviceBuffer<float> scoresThere = OnDevice(scores);
        using DeviceBuffer<float> errorsThere = OnDevice(errors);
        using DeviceBuffer<float> cuts = OnDevice(errors);
        foreach (int k in (int[])[1, 4, 10, 300, 4000, 60_000])
        {
            op.LaunchSampleCut(Stream, scoresThere.Slice(), k, errorsThere.Slice(), cuts.Slice());
            float[] found = ToHost(cuts.Slice());
            for (int q = 0; q < s_kinds.Length; q++)
            {
                float expected = TopK.SampleCutReference(scores.AsSpan(q * length, length), k, errors[q]);
                Assert.True(expected == found[q], $"S {length}, k {k}, kind {q}: {expected}, found {found[q]}.");
            }
        }
    }

    [Fact]
    public void The_cut_is_never_rounded_up()
    {
        using var op = new TopKCuda(Context);
        using DeviceBuffer<float> scores = OnDevice(1f, 1f, 1f, 1f);
        using DeviceBuffer<float> error = OnDevice(1e-10f);
        using DeviceBuffer<float> cut = OnDevice(0f);
        op.LaunchSampleCut(Stream, scores.Slice(), 2, error.Slice(), cut.Slice());
        Assert.Equal([MathF.BitDecrement(1)], ToHost(cut.Slice()));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var op = new TopKCuda(Context);
        using DeviceBuffer<float> floats = OnDevice(new float[16]);
        Assert.Throws<ArgumentException>(() => op.LaunchSampleCut(
            Stream, floats.Slice(0, 6), 1, floats.Slice(0, 1), floats.Slice(0, 1)));
        Assert.Throws<ArgumentException>(() => op.LaunchSampleCut(
            Stream, floats.Slice(0, 8), 1, floats.Slice(0, 1), floats.Slice(0, 2)));
        Assert.Throws<ArgumentException>(() => op.LaunchSampleCut(
            Stream, floats.Slice(1, 8), 1, floats.Slice(0, 1), floats.Slice(0, 1)));
    }
}
