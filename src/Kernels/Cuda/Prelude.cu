// The primitives that every kernel shares: one instruction each, as inline PTX, without any CUDA header. The compile
// step puts this text before each source. With LINR_EMULATOR the same names come from tests/Emulator instead.
// "§" names the instruction's page in the PTX ISA manual, 9.7 "Instructions". Shared addresses (u32) come from
// shared_address; pointers are generic. Blocks are one-dimensional, whole warps, and collectives take the whole warp.
#pragma once
#if defined(LINR_EMULATOR)
#include "Primitives.h"
#else

typedef signed char i8;
typedef unsigned char u8;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#define DEVICE static __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
#define DEVICE_CALL static __device__ __noinline__
// KERNEL(name, (threads a block at most[, blocks an SM at least]), parameters...) { body }
#define KERNEL(name, bounds, ...) extern "C" __global__ void __launch_bounds__ bounds name(__VA_ARGS__)
// The block's dynamic shared memory; kernels use no other shared memory.
#define SHARED_BYTES(name) extern __shared__ __align__(128) u8 name[]

struct __align__(16) U4 { u32 x, y, z, w; };

// --- where a thread is ---------------------------------------------------------------------------------------------
DEVICE u32 thread_id() { return threadIdx.x; }
DEVICE u32 block_id() { return blockIdx.x; }
DEVICE u32 block_threads() { return blockDim.x; }
DEVICE u32 grid_blocks() { return gridDim.x; }
DEVICE u32 lane_id() { return threadIdx.x & 31; }
DEVICE u32 warp_id() { return threadIdx.x >> 5; }
DEVICE u64 clock_cycles() { u64 r; asm volatile("mov.u64 %0, %%clock64;" : "=l"(r)); return r; }
DEVICE u64 clock_ns() { u64 r; asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(r)); return r; }

// --- bits and numbers ----------------------------------------------------------------------------------------------
DEVICE u32 bit_count(u32 v) { u32 r; asm("popc.b32 %0, %1;" : "=r"(r) : "r"(v)); return r; }
DEVICE u32 bit_count(u64 v) { u32 r; asm("popc.b64 %0, %1;" : "=r"(r) : "l"(v)); return r; }
DEVICE u32 leading_zeros(u32 v) { u32 r; asm("clz.b32 %0, %1;" : "=r"(r) : "r"(v)); return r; }
DEVICE u32 leading_zeros(u64 v) { u32 r; asm("clz.b64 %0, %1;" : "=r"(r) : "l"(v)); return r; }
DEVICE u32 lowest_bit(u32 v) {
    u32 r;
    asm("{ .reg .b32 t; brev.b32 t, %1; clz.b32 %0, t; }" : "=r"(r) : "r"(v));
    return r;
}
// Byte i of the result is the byte of a (0 to 3) or b (4 to 7) that hexadecimal digit i of the constant names.
DEVICE u32 permute_bytes(u32 a, u32 b, u32 bytes) {
    u32 r;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(bytes));
    return r;
}
// A number that the compiler is not to make again.
DEVICE u32 keep(u32 v) { asm volatile("" : "+r"(v)); return v; }
DEVICE u32 float_bits(float v) { u32 r; asm("mov.b32 %0, %1;" : "=r"(r) : "f"(v)); return r; }
DEVICE float float_from_bits(u32 v) { float r; asm("mov.b32 %0, %1;" : "=f"(r) : "r"(v)); return r; }
DEVICE u64 double_bits(double v) { u64 r; asm("mov.b64 %0, %1;" : "=l"(r) : "d"(v)); return r; }
DEVICE double double_from_bits(u64 v) { double r; asm("mov.b64 %0, %1;" : "=d"(r) : "l"(v)); return r; }
DEVICE float fused(float a, float b, float c) {
    float r;
    asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(r) : "f"(a), "f"(b), "f"(c));
    return r;
}
DEVICE double fused(double a, double b, double c) {
    double r;
    asm("fma.rn.f64 %0, %1, %2, %3;" : "=d"(r) : "d"(a), "d"(b), "d"(c));
    return r;
}
DEVICE double square_root(double v) { double r; asm("sqrt.rn.f64 %0, %1;" : "=d"(r) : "d"(v)); return r; }
DEVICE double divide(double a, double b) {
    double r;
    asm("div.rn.f64 %0, %1, %2;" : "=d"(r) : "d"(a), "d"(b));
    return r;
}
// v, but no more than `most` and no less than 0.
DEVICE i32 clamp(i32 v, i32 most) {
    i32 r;
#if __CUDA_ARCH__ >= 900
    asm("min.relu.s32 %0, %1, %2;" : "=r"(r) : "r"(v), "r"(most));
#else
    asm("{ .reg .s32 t; min.s32 t, %1, %2; max.s32 %0, t, 0; }" : "=r"(r) : "r"(v), "r"(most));
#endif
    return r;
}
// A word moved up by one bit, and the sign of v in the lowest: of NaN 0.
DEVICE u32 push_sign(u32 word, float v) {
    u32 r;
    asm("shf.l.wrap.b32 %0, %1, %2, 1;" : "=r"(r) : "r"(float_bits(v)), "r"(word));
    return r;
}
// Within 2^-22 of 1 / v and of sqrt(v), and within 2^-20 of 1 / sqrt(v); unlike divide and square_root no calls.
DEVICE float reciprocal(float v) { float r; asm("rcp.approx.f32 %0, %1;" : "=f"(r) : "f"(v)); return r; }
DEVICE float quick_square_root(float v) { float r; asm("sqrt.approx.f32 %0, %1;" : "=f"(r) : "f"(v)); return r; }
// The one that is a number, if one is none.
DEVICE float greater(float a, float b) { float r; asm("max.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
// Within 2^-11 of tanh(v) and within 2^-22 of 2^v, relatively; 2^v is zero where it would be subnormal.
DEVICE float quick_tanh(float v) { float r; asm("tanh.approx.f32 %0, %1;" : "=f"(r) : "f"(v)); return r; }
DEVICE float quick_exp2(float v) { float r; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v)); return r; }
DEVICE double inverse_square_root(double v) {
    double r;
    asm("rsqrt.approx.ftz.f64 %0, %1;" : "=d"(r) : "d"(v));
    return r;
}
DEVICE float float_from_half(u16 v) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(v)); return r; }
DEVICE float float_from_bfloat(u16 v) { return float_from_bits((u32)v << 16); }
DEVICE u16 half_from_float(float v) { u16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(v)); return r; }
// Two halves in a word, the first one below.
DEVICE u32 halves_from_floats(float low, float high) {
    u32 r;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
}
DEVICE u16 bfloat_from_float(float v) { u16 r; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(v)); return r; }
// Floats in the order of unsigned integers, and back; no NaN.
DEVICE u32 ordered_bits(float v) { u32 b = float_bits(v); return b ^ ((u32)((i32)b >> 31) | 0x80000000u); }
DEVICE float float_from_ordered(u32 o) { return float_from_bits(o ^ ((u32)((i32)~o >> 31) | 0x80000000u)); }

// --- memory --------------------------------------------------------------------------------------------------------
DEVICE u32 shared_address(const void* p) {
    u32 r;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(r) : "l"(p));
    return r;
}
// 16 bytes that are read once: they leave L1 to what is read again. Data that no kernel writes meanwhile.
DEVICE U4 load_stream16(const void* p) {
    U4 v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
    return v;
}
DEVICE U4 load_shared16(u32 a) {
    U4 v;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "r"(a) : "memory");
    return v;
}
DEVICE void store_shared16(u32 a, U4 v) {
    asm volatile("st.shared.v4.u32 [%0], {%1, %2, %3, %4};"
        :: "r"(a), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}
// What another block has released; a loop around it calls pause().
DEVICE u32 load_acquire(const u32* p) {
    u32 r;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(r) : "l"(p) : "memory");
    return r;
}
DEVICE void store_release(u32* p, u32 v) {
    asm volatile("st.release.gpu.global.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory");
}
DEVICE void pause() { asm volatile("nanosleep.u32 64;" ::: "memory"); }
DEVICE void fence_block() { asm volatile("fence.acq_rel.cta;" ::: "memory"); }
DEVICE void fence_device() { asm volatile("fence.acq_rel.gpu;" ::: "memory"); }

// --- atomics: each gives what was there before -----------------------------------------------------------------------
#define LINR_ATOMIC(name, type, letter, op) \
    DEVICE type global_##name(type* p, type v) { \
        type r; \
        asm volatile("atom.global." op " %0, [%1], %2;" : "=" letter(r) : "l"(p), letter(v) : "memory"); \
        return r; \
    } \
    DEVICE type shared_##name(type* p, type v) { \
        type r; \
        asm volatile("atom.shared." op " %0, [%1], %2;" \
            : "=" letter(r) : "r"(shared_address(p)), letter(v) : "memory"); \
        return r; \
    }
LINR_ATOMIC(add, u32, "r", "add.u32")
LINR_ATOMIC(add, u64, "l", "add.u64")
LINR_ATOMIC(max, u32, "r", "max.u32")
LINR_ATOMIC(max, u64, "l", "max.u64")
LINR_ATOMIC(min, u32, "r", "min.u32")
LINR_ATOMIC(or, u32, "r", "or.b32")
LINR_ATOMIC(and, u32, "r", "and.b32")
LINR_ATOMIC(exchange, u32, "r", "exch.b32")
#undef LINR_ATOMIC

// Into the second cache.
DEVICE void prefetch(const void* p) { asm volatile("prefetch.global.L2 [%0];" :: "l"(p) : "memory"); }
// Add without an answer, so that nobody waits for it.
DEVICE void shared_count(u32 a, u32 v) { asm volatile("red.shared.add.u32 [%0], %1;" :: "r"(a), "r"(v) : "memory"); }
DEVICE void global_count(u32* p, u32 v) { asm volatile("red.global.add.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory"); }

// --- the warp --------------------------------------------------------------------------------------------------------
DEVICE void warp_sync() { asm volatile("bar.warp.sync 0xffffffff;" ::: "memory"); }
DEVICE u32 warp_ballot(bool v) {
    u32 r;
    asm volatile("{ .reg .pred p; setp.ne.u32 p, %1, 0; vote.sync.ballot.b32 %0, p, 0xffffffff; }"
        : "=r"(r) : "r"((u32)v));
    return r;
}
#define LINR_SHUFFLE(name, mode, clamp) \
    DEVICE u32 name(u32 v, u32 lane) { \
        u32 r; \
        asm volatile("shfl.sync." mode ".b32 %0, %1, %2, " clamp ", 0xffffffff;" : "=r"(r) : "r"(v), "r"(lane)); \
        return r; \
    } \
    DEVICE u64 name(u64 v, u32 lane) { return (u64)name((u32)(v >> 32), lane) << 32 | name((u32)v, lane); } \
    DEVICE float name(float v, u32 lane) { return float_from_bits(name(float_bits(v), lane)); } \
    DEVICE double name(double v, u32 lane) { return double_from_bits(name(double_bits(v), lane)); }
LINR_SHUFFLE(warp_shuffle, "idx", "31")      // the value of that lane
LINR_SHUFFLE(warp_shuffle_xor, "bfly", "31") // of lane ^ distance
LINR_SHUFFLE(warp_shuffle_up, "up", "0")     // of lane - distance; the lowest lanes keep theirs
LINR_SHUFFLE(warp_shuffle_down, "down", "31") // of lane + distance; the highest lanes keep theirs
#undef LINR_SHUFFLE
DEVICE u32 warp_sum(u32 v) {
    u32 r;
    asm volatile("redux.sync.add.u32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(v));
    return r;
}
DEVICE u32 warp_max(u32 v) {
    u32 r;
    asm volatile("redux.sync.max.u32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(v));
    return r;
}
DEVICE u32 warp_min(u32 v) {
    u32 r;
    asm volatile("redux.sync.min.u32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(v));
    return r;
}
DEVICE u32 warp_or(u32 v) {
    u32 r;
    asm volatile("redux.sync.or.b32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(v));
    return r;
}

// sum, plus the products of four pairs of signed bytes.
DEVICE i32 dot_bytes(u32 a, u32 b, i32 sum) {
    i32 r;
    asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

// --- the block: barriers 1 to 15 are a kernel's own, for whole warps ------------------------------------------------
DEVICE void block_sync() { asm volatile("bar.sync 0;" ::: "memory"); }
DEVICE void barrier_sync(u32 id, u32 threads) { asm volatile("bar.sync %0, %1;" :: "r"(id), "r"(threads) : "memory"); }
DEVICE void barrier_arrive(u32 id, u32 threads) {
    asm volatile("bar.arrive %0, %1;" :: "r"(id), "r"(threads) : "memory");
}

// --- copies to shared memory behind a thread's back (§ cp.async) ----------------------------------------------------
// 16 bytes, of which the first `bytes` (0 or 16 here) are read and the others become zero.
DEVICE void async_copy16(u32 to, const void* from, u32 bytes) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" :: "r"(to), "l"(from), "r"(bytes) : "memory");
}
DEVICE void async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Waits for this thread's groups but the newest `left`.
template <int left> DEVICE void async_wait() { asm volatile("cp.async.wait_group %0;" :: "n"(left) : "memory"); }

// --- matrix fragments (§ ldmatrix, § mma: "Matrix fragments for mma.m16n8k16", ".m16n8k8") --------------------------
// 8 x 8 matrices of 16 bits: lane l gives the address of row l % 8 of matrix l / 8, and gets row l / 4, columns
// 2 (l % 4) and on, of each matrix (transposed: column l / 4, rows 2 (l % 4) and on).
#define LINR_MATRIX(name, mode) \
    DEVICE void name##4(u32 (&r)[4], u32 a) { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x4" mode ".shared.b16 {%0, %1, %2, %3}, [%4];" \
            : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(a) : "memory"); \
    } \
    DEVICE void name##2(u32 (&r)[2], u32 a) { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x2" mode ".shared.b16 {%0, %1}, [%2];" \
            : "=r"(r[0]), "=r"(r[1]) : "r"(a) : "memory"); \
    }
LINR_MATRIX(load_matrix, "")
LINR_MATRIX(load_matrix_transposed, ".trans")
#undef LINR_MATRIX
// c[16 x 8] += a[16 x K] * b[K x 8], with c in float32: K = 16 halves or bfloats, K = 8 floats cut to tf32.
#define LINR_MMA(name, kind) \
    DEVICE void name(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) { \
        asm volatile("mma.sync.aligned." kind " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
            : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) \
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1)); \
    }
LINR_MMA(mma_half, "m16n8k16.row.col.f32.f16.f16.f32")
LINR_MMA(mma_bfloat, "m16n8k16.row.col.f32.bf16.bf16.f32")
LINR_MMA(mma_tf32, "m16n8k8.row.col.f32.tf32.tf32.f32")
#undef LINR_MMA
// sums[16 x 8] = start + a[16 x 32] * b[32 x 8], signed bytes: fragments lie as those of halves do, two bytes for each.
DEVICE void mma_bytes(i32 (&sums)[4], const u32 (&a)[4], u32 b0, u32 b1, i32 s0, i32 s1, i32 s2, i32 s3) {
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%10, %11, %12, %13};" : "=r"(sums[0]), "=r"(sums[1]), "=r"(sums[2]), "=r"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "r"(s0), "r"(s1), "r"(s2), "r"(s3));
}
// sums[16 x 8] = start + how many bits both of a row of a[16 x 128] and a column of b[128 x 8] have: a lane has 32 bits
// (l % 4) of rows l / 4 and l / 4 + 8, the same of column l / 4, and the sums of other fragments.
DEVICE void mma_bits(i32 (&sums)[4], u32 a0, u32 a1, u32 b, i32 s0, i32 s1, i32 s2, i32 s3) {
    asm volatile("mma.sync.aligned.m16n8k128.row.col.s32.b1.b1.s32.and.popc {%0, %1, %2, %3}, {%4, %5}, {%6}, "
        "{%7, %8, %9, %10};" : "=r"(sums[0]), "=r"(sums[1]), "=r"(sums[2]), "=r"(sums[3])
        : "r"(a0), "r"(a1), "r"(b), "r"(s0), "r"(s1), "r"(s2), "r"(s3));
}

// --- compute capability 9.0 (§ mbarrier, § cp.async.bulk, § griddepcontrol) -----------------------------------------
#if __CUDA_ARCH__ >= 900
#define HAS_BULK_COPY 1
// A barrier of 8 bytes in shared memory; its phases are waited for by their parity, the first being 0.
DEVICE void mbarrier_init(u32 a, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(a), "r"(arrivals) : "memory");
}
// After the inits, before a bulk copy sees them.
DEVICE void mbarrier_init_fence() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
DEVICE void mbarrier_arrive(u32 a) {
    asm volatile("{ .reg .b64 s; mbarrier.arrive.shared::cta.b64 s, [%0]; }" :: "r"(a) : "memory");
}
// Arrives, and lets the phase wait for so many bytes of bulk copies too.
DEVICE void mbarrier_expect(u32 a, u32 bytes) {
    asm volatile("{ .reg .b64 s; mbarrier.arrive.expect_tx.shared::cta.b64 s, [%0], %1; }"
        :: "r"(a), "r"(bytes) : "memory");
}
DEVICE bool mbarrier_try(u32 a, u32 parity) {
    u32 r;
    asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
        : "=r"(r) : "r"(a), "r"(parity) : "memory");
    return r != 0;
}
DEVICE void mbarrier_wait(u32 a, u32 parity) {
    while (!mbarrier_try(a, parity)) {
    }
}
// Addresses and bytes are multiples of 16. One thread asks; the barrier counts the bytes.
DEVICE void bulk_copy(u32 to, const void* from, u32 bytes, u32 barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
        :: "r"(to), "l"(from), "r"(bytes), "r"(barrier) : "memory");
}
// Between plain accesses to shared memory and bulk copies over the same bytes.
DEVICE void fence_async_shared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
DEVICE void grid_wait() { asm volatile("griddepcontrol.wait;" ::: "memory"); }
DEVICE void grid_launch_dependents() { asm volatile("griddepcontrol.launch_dependents;" ::: "memory"); }
// A tile's box of a tensor map of five sizes (§ cp.async.bulk.tensor), by its first element; elements past the end of rows
// become zero.
DEVICE void tensor_copy(u32 to, const void* map, u32 element, u32 tile, u32 barrier) {
    asm volatile("cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
        "[%1, {%2, %3, %3, %3, %4}], [%5];"
        :: "r"(to), "l"(map), "r"(element), "r"(0), "r"(tile), "r"(barrier) : "memory");
}
// Before the first use of a map in global memory that somebody else wrote.
DEVICE void tensor_map_acquire(const void* map) {
    asm volatile("fence.proxy.tensormap::generic.acquire.gpu [%0], 128;" :: "l"(map) : "memory");
}
#endif

// --- compute capability 9.0a (§ wgmma): a warpgroup is four warps, the first's number a multiple of four -------------
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define LINR_64(f) f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9), f(10), f(11), f(12), f(13), f(14), \
    f(15), f(16), f(17), f(18), f(19), f(20), f(21), f(22), f(23), f(24), f(25), f(26), f(27), f(28), f(29), f(30), \
    f(31), f(32), f(33), f(34), f(35), f(36), f(37), f(38), f(39), f(40), f(41), f(42), f(43), f(44), f(45), f(46), \
    f(47), f(48), f(49), f(50), f(51), f(52), f(53), f(54), f(55), f(56), f(57), f(58), f(59), f(60), f(61), f(62), \
    f(63)
#define LINR_C(i) "+f"(c[i])
// Between other uses of c, or of operands in shared memory, and the group's products.
DEVICE void group_fence(float (&c)[64]) { asm volatile("wgmma.fence.sync.aligned;" : LINR_64(LINR_C) :: "memory"); }
DEVICE void group_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Waits for all products.
DEVICE void group_wait(float (&c)[64]) {
    asm volatile("wgmma.wait_group.sync.aligned 0;" : LINR_64(LINR_C) :: "memory");
}
// c[64 x 128] (+)= a[64 x 32 bytes] * b[128 x 32 bytes], a and b in shared memory as group_operand says. Warp w has
// rows 16 w and on; a lane has of row l / 4 (c[4 j], c[4 j + 1]) and of row l / 4 + 8 columns 8 j + 2 (l % 4) and on.
#define LINR_GROUP_MMA(name, kind, last) \
    DEVICE void name(float (&c)[64], u64 a, u64 b, bool adds) { \
        asm volatile("{ .reg .pred p; setp.ne.b32 p, %66, 0; wgmma.mma_async.sync.aligned.m64n128" kind " {" \
            "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, " \
            "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, " \
            "%40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, " \
            "%59, %60, %61, %62, %63}, %64, %65, p, 1, 1" last "; }" \
            : LINR_64(LINR_C) : "l"(a), "l"(b), "r"((u32)adds)); \
    }
LINR_GROUP_MMA(group_mma_half, "k16.f32.f16.f16", ", 0, 0")
LINR_GROUP_MMA(group_mma_bfloat, "k16.f32.bf16.bf16", ", 0, 0")
LINR_GROUP_MMA(group_mma_tf32, "k8.f32.tf32.tf32", "")
#undef LINR_GROUP_MMA
#undef LINR_C
#undef LINR_64
#endif
#endif

// --- made of the above, on a GPU and on the emulator alike -----------------------------------------------------------
// Rows of 128 bytes, one after the other, from a multiple of 1,024 on; their 16-byte pieces p stand at p ^ (row % 8)
// ("128-byte swizzle"), which is how tensor_copy writes them. The address may be 32, 64 or 96 bytes further.
// The lower half of the operand's name; bytes further on, it is a sixteenth of them more.
DEVICE u32 group_operand(u32 address) { return 1u << 16 | (address & 0x3ffff) >> 4; }
DEVICE u64 whole_operand(u32 low) { return (u64)(1u << 30 | 64u) << 32 | low; }
// The sum of v over the lanes up to this one.
DEVICE u32 warp_prefix(u32 v) {
#pragma unroll
    for (u32 distance = 1; distance < 32; distance *= 2) {
        u32 other = warp_shuffle_up(v, distance);
        v += lane_id() >= distance ? other : 0;
    }

    return v;
}
