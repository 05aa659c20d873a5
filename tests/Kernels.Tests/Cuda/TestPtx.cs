using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>Small kernels written by hand, so that the driver's calls are tested without a compiler of ours.</summary>
internal static class TestPtx
{
    public const int WideArgumentBytes = 32;

    /// <summary>Writes y = a x + b over n elements.</summary>
    private const string Line =
        """
        .visible .entry line(.param .u64 py, .param .u64 px, .param .f32 pa, .param .f32 pb, .param .u32 pn)
        {
            .reg .pred %p;
            .reg .b32 %r<6>;
            .reg .f32 %f<4>;
            .reg .b64 %d<6>;
            mov.u32 %r1, %ctaid.x;
            mov.u32 %r2, %ntid.x;
            mov.u32 %r3, %tid.x;
            mad.lo.u32 %r4, %r1, %r2, %r3;
            ld.param.u32 %r5, [pn];
            setp.ge.u32 %p, %r4, %r5;
            @%p bra DONE;
            ld.param.u64 %d1, [py];
            ld.param.u64 %d2, [px];
            ld.param.f32 %f2, [pa];
            ld.param.f32 %f3, [pb];
            mul.wide.u32 %d3, %r4, 4;
            add.u64 %d4, %d2, %d3;
            add.u64 %d5, %d1, %d3;
            ld.global.f32 %f1, [%d4];
            fma.rn.f32 %f1, %f1, %f2, %f3;
            st.global.f32 [%d5], %f1;
        DONE:
            ret;
        }

        """;

    /// <summary>Stores one argument of each type: int, uint, long, double.</summary>
    private const string Arguments =
        """
        .visible .entry arguments(
            .param .u64 pto, .param .s32 pint, .param .u32 puint, .param .s64 plong, .param .f64 pdouble)
        {
            .reg .b32 %r<3>;
            .reg .b64 %d<4>;
            ld.param.u64 %d1, [pto];
            ld.param.b32 %r1, [pint];
            ld.param.b32 %r2, [puint];
            ld.param.b64 %d2, [plong];
            ld.param.b64 %d3, [pdouble];
            st.global.b32 [%d1], %r1;
            st.global.b32 [%d1+8], %r2;
            st.global.b64 [%d1+16], %d2;
            st.global.b64 [%d1+24], %d3;
            ret;
        }

        """;

    /// <summary>Waits until the word at an address is not zero, five seconds at most, then stores it.</summary>
    private const string Wait =
        """
        .visible .entry wait(.param .u64 pflag, .param .u64 pto)
        {
            .reg .pred %p<3>;
            .reg .b32 %r<2>;
            .reg .b64 %d<6>;
            ld.param.u64 %d1, [pflag];
            ld.param.u64 %d2, [pto];
            mov.u64 %d3, %globaltimer;
        AGAIN:
            ld.volatile.global.u32 %r1, [%d1];
            mov.u64 %d4, %globaltimer;
            sub.u64 %d5, %d4, %d3;
            setp.gt.u64 %p2, %d5, 5000000000;
            @%p2 bra END;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 bra AGAIN;
        END:
            st.global.u32 [%d2], %r1;
            ret;
        }

        """;

    /// <summary>Each block puts its number in the last word of its shared memory, and stores it from there.</summary>
    private const string Shared =
        """
        .extern .shared .align 16 .b8 dynamic[];
        .visible .entry shared(.param .u64 pto, .param .u32 pbytes)
        {
            .reg .b32 %r<6>;
            .reg .b64 %d<4>;
            ld.param.u64 %d1, [pto];
            ld.param.u32 %r1, [pbytes];
            mov.u32 %r2, dynamic;
            add.u32 %r3, %r2, %r1;
            mov.u32 %r4, %ctaid.x;
            st.shared.u32 [%r3+-4], %r4;
            ld.shared.u32 %r5, [%r3+-4];
            mul.wide.u32 %d2, %r4, 4;
            add.u64 %d3, %d1, %d2;
            st.global.u32 [%d3], %r5;
            ret;
        }

        """;

    private const string Head =
        """
        .version 7.0
        .target sm_80
        .address_size 64

        """;

    public static string Text => Head + Line + Arguments + Wait + Shared;

    public static CudaModule Load(CudaContext context)
        => new(context, "kernels of a test", System.Text.Encoding.ASCII.GetBytes(Text));
}
