using System.Runtime.Intrinsics;
using Linr.Kernels.Similarities;

namespace Linr.Kernels.Tests.SimilarityScan;

public sealed unsafe class LaneMathTests
{
    [Fact]
    public void The_exponential_is_close_and_has_the_same_bits_at_every_width()
    {
        float[] values =
        [
            -200, -87, -86.9f, -1e-30f, 0, 1e-30f, 0.5f, 1, 87.5f, 88, 200,
            .. Enumerable.Range(0, 4_000).Select(i => (i * 0.0431f) - 86),
        ];
        foreach (float x in values)
        {
            float exp = LaneMath<FusedLanes128, Vector128<float>>.Exp(Vector128.Create(x))[0];
            double expected = Math.Exp(Math.Clamp(x, -87, 88));
            Assert.InRange(exp, expected * (1 - 2.5e-7), expected * (1 + 2.5e-7));
            Assert.Equal(exp, LaneMath<FusedLanes256, Vector256<float>>.Exp(Vector256.Create(x))[3]);
            Assert.Equal(exp, LaneMath<FusedLanes512, Vector512<float>>.Exp(Vector512.Create(x))[9]);
            float silu = LaneMath<FusedLanes128, Vector128<float>>.Silu(Vector128.Create(x))[2];
            Assert.InRange(silu, (x / (1 + Math.Exp(-x))) - (1e-6 * (1 + Math.Abs(x))), (x / (1 + Math.Exp(-x))) + (1e-6 * (1 + Math.Abs(x))));
            Assert.Equal(silu, LaneMath<FusedLanes512, Vector512<float>>.Silu(Vector512.Create(x))[15]);
        }
    }
}
