// The primitives of src/Kernels/Cuda/Prelude.cu, lane by lane. Signatures and meaning are those of that file; what a
// GPU does behind a thread's back (cp.async, bulk copies) happens here only when the thread waits for it.
#pragma once
#include "Kernels.h"
#include "Machine.h"
#include "Matrix.h"
#include "Memory.h"
#include "Numbers.h"
#include <chrono>
#include <cmath>

#define DEVICE static inline
#define DEVICE_MEMBER inline
#define DEVICE_CALL static
#define KERNEL(name, bounds, ...) \
    extern "C" void name(__VA_ARGS__); \
    static const emulator::Registration registration_of_##name(#name, emulator::Bounds bounds, name); \
    extern "C" void name(__VA_ARGS__)
#define SHARED_BYTES(name) u8* const name = emulator::current->block->shared
#define HAS_BULK_COPY 1

struct alignas(16) U4 { u32 x, y, z, w; };

// --- where a thread is ---------------------------------------------------------------------------------------------
DEVICE u32 thread_id() { return emulator::current->id; }
DEVICE u32 block_id() { return emulator::current->block->id; }
DEVICE u32 block_threads() { return emulator::current->block->threads; }
DEVICE u32 grid_blocks() { return emulator::current->block->grid; }
DEVICE u32 lane_id() { return thread_id() & 31; }
DEVICE u32 warp_id() { return thread_id() >> 5; }
DEVICE u64 clock_ns() { return (u64)std::chrono::steady_clock::now().time_since_epoch().count(); }
DEVICE u64 clock_cycles() { return clock_ns(); }

// --- bits and numbers ----------------------------------------------------------------------------------------------
DEVICE u32 bit_count(u32 v) { return (u32)__builtin_popcount(v); }
DEVICE u32 permute_bytes(u32 a, u32 b, u32 bytes) {
    u64 both = (u64)b << 32 | a;
    u32 r = 0;
    for (u32 i = 0; i < 4; i++) r |= ((u32)(both >> (8 * (bytes >> (4 * i) & 7))) & 0xff) << (8 * i);
    return r;
}
DEVICE u32 bit_count(u64 v) { return (u32)__builtin_popcountll(v); }
DEVICE u32 leading_zeros(u32 v) { return v == 0 ? 32 : (u32)__builtin_clz(v); }
DEVICE u32 leading_zeros(u64 v) { return v == 0 ? 64 : (u32)__builtin_clzll(v); }
DEVICE u32 lowest_bit(u32 v) { return v == 0 ? 32 : (u32)__builtin_ctz(v); }
DEVICE u32 keep(u32 v) { return v; }
DEVICE u32 float_bits(float v) { return emulator::bits_of(v); }
DEVICE float float_from_bits(u32 v) { return emulator::float_of(v); }
DEVICE u64 double_bits(double v) { u64 b; memcpy(&b, &v, 8); return b; }
DEVICE double double_from_bits(u64 b) { double v; memcpy(&v, &b, 8); return v; }
DEVICE float fused(float a, float b, float c) { return std::fmaf(a, b, c); }
DEVICE double fused(double a, double b, double c) { return std::fma(a, b, c); }
DEVICE double square_root(double v) { return std::sqrt(v); }
DEVICE double divide(double a, double b) { return a / b; }
DEVICE i32 dot_bytes(u32 a, u32 b, i32 sum) {
    for (u32 i = 0; i < 32; i += 8) sum += (signed char)(a >> i) * (signed char)(b >> i);
    return sum;
}
DEVICE i32 clamp(i32 v, i32 most) { return v < 0 ? 0 : v < most ? v : most; }
DEVICE u32 push_sign(u32 word, float v) { return word << 1 | (u32)(v == v && std::signbit(v)); }
DEVICE float reciprocal(float v) { return 1 / v; }
DEVICE float quick_square_root(float v) { return std::sqrt(v); }
DEVICE float greater(float a, float b) { return std::fmax(a, b); }
DEVICE float quick_tanh(float v) { return std::tanh(v); }
DEVICE float quick_exp2(float v) {
    float r = std::exp2(v);
    return r < 0x1p-126f ? 0 : r;
}
DEVICE double inverse_square_root(double v) { return 1 / std::sqrt(v); }
DEVICE float float_from_half(u16 v) { return emulator::half_to_float(v); }
DEVICE float float_from_bfloat(u16 v) { return emulator::float_of((u32)v << 16); }
DEVICE u16 half_from_float(float v) { return emulator::float_to_half(v); }
DEVICE u32 halves_from_floats(float low, float high) {
    return (u32)half_from_float(high) << 16 | half_from_float(low);
}
DEVICE u16 bfloat_from_float(float v) { return emulator::float_to_bfloat(v); }
DEVICE u32 ordered_bits(float v) { u32 b = float_bits(v); return b ^ ((u32)((i32)b >> 31) | 0x80000000u); }
DEVICE float float_from_ordered(u32 o) { return float_from_bits(o ^ ((u32)((i32)~o >> 31) | 0x80000000u)); }

// --- memory --------------------------------------------------------------------------------------------------------
DEVICE u32 shared_address(const void* p) { return (u32)((const u8*)p - emulator::current->block->shared); }
DEVICE U4 load_stream16(const void* p) {
    emulator::check_global(p, 16);
    return *(const U4*)p;
}
DEVICE U4 load_shared16(u32 a) { return *(const U4*)emulator::shared_at(a, 16); }
DEVICE void store_shared16(u32 a, U4 v) { *(U4*)emulator::shared_at(a, 16) = v; }
DEVICE u32 load_acquire(const u32* p) {
    emulator::check_global(p, 4);
    return *(const volatile u32*)p;
}
DEVICE void store_release(u32* p, u32 v) {
    emulator::check_global(p, 4);
    emulator::has_progressed = true;
    *(volatile u32*)p = v;
}
DEVICE void pause() { emulator::pause(); }
DEVICE void fence_block() {}
DEVICE void fence_device() {}

// --- atomics ---------------------------------------------------------------------------------------------------------
#define LINR_ATOMIC(name, type, after) \
    DEVICE type global_##name(type* p, type v) { \
        emulator::check_global(p, sizeof(type)); \
        type was = *p; \
        *p = after; \
        return was; \
    } \
    DEVICE type shared_##name(type* p, type v) { \
        emulator::check_shared(p, sizeof(type)); \
        type was = *p; \
        *p = after; \
        return was; \
    }
LINR_ATOMIC(add, u32, was + v)
LINR_ATOMIC(add, u64, was + v)
LINR_ATOMIC(max, u32, was > v ? was : v)
LINR_ATOMIC(max, u64, was > v ? was : v)
LINR_ATOMIC(min, u32, was < v ? was : v)
LINR_ATOMIC(or, u32, was | v)
LINR_ATOMIC(and, u32, was & v)
LINR_ATOMIC(exchange, u32, v)
#undef LINR_ATOMIC
DEVICE void shared_count(u32 a, u32 v) { shared_add((u32*)emulator::shared_at(a, 4), v); }
DEVICE void global_count(u32* p, u32 v) { global_add(p, v); }
DEVICE void prefetch(const void* p) { emulator::check_global(p, 1); }

// --- the warp --------------------------------------------------------------------------------------------------------
DEVICE void warp_sync() { emulator::meet(emulator::Op::Sync, [](emulator::Slot&) {}, [](emulator::Slot*) {}); }
DEVICE u32 warp_ballot(bool v) {
    return emulator::meet(emulator::Op::Ballot, [v](emulator::Slot& own) { own.in[0] = v; }, [](emulator::Slot* all) {
        u32 mask = 0;
        for (u32 i = 0; i < 32; i++) mask |= all[i].in[0] << i;
        for (u32 i = 0; i < 32; i++) all[i].out[0] = mask;
    }).out[0];
}
// The value of lane from[lane], where each lane gives its own `from`.
template <class T> DEVICE T shuffle_from(T v, u32 from) {
    T result;
    memcpy(&result, emulator::meet(emulator::Op::Shuffle, [v, from](emulator::Slot& own) {
        memcpy(own.in, &v, sizeof v);
        own.in[2] = from;
    }, [](emulator::Slot* all) {
        for (u32 i = 0; i < 32; i++) memcpy(all[i].out, all[all[i].in[2]].in, sizeof(T));
    }).out, sizeof result);
    return result;
}
#define LINR_SHUFFLE(type) \
    DEVICE type warp_shuffle(type v, u32 lane) { return shuffle_from(v, lane & 31); } \
    DEVICE type warp_shuffle_xor(type v, u32 distance) { return shuffle_from(v, lane_id() ^ (distance & 31)); } \
    DEVICE type warp_shuffle_up(type v, u32 distance) { \
        return shuffle_from(v, lane_id() >= distance ? lane_id() - distance : lane_id()); \
    } \
    DEVICE type warp_shuffle_down(type v, u32 distance) { \
        return shuffle_from(v, lane_id() + distance < 32 ? lane_id() + distance : lane_id()); \
    }
LINR_SHUFFLE(u32)
LINR_SHUFFLE(u64)
LINR_SHUFFLE(float)
LINR_SHUFFLE(double)
#undef LINR_SHUFFLE
template <class Combine> DEVICE u32 reduce(u32 v, Combine combine) {
    auto fill = [v](emulator::Slot& own) { own.in[0] = v; };
    return emulator::meet(emulator::Op::Reduce, fill, [combine](emulator::Slot* all) {
        u32 r = all[0].in[0];
        for (u32 i = 1; i < 32; i++) r = combine(r, all[i].in[0]);
        for (u32 i = 0; i < 32; i++) all[i].out[0] = r;
    }).out[0];
}
DEVICE u32 warp_sum(u32 v) { return reduce(v, [](u32 a, u32 b) { return a + b; }); }
DEVICE u32 warp_max(u32 v) { return reduce(v, [](u32 a, u32 b) { return a > b ? a : b; }); }
DEVICE u32 warp_or(u32 v) { return reduce(v, [](u32 a, u32 b) { return a | b; }); }
DEVICE u32 warp_min(u32 v) { return reduce(v, [](u32 a, u32 b) { return a < b ? a : b; }); }

// --- the block -------------------------------------------------------------------------------------------------------
DEVICE void barrier_sync(u32 id, u32 threads) {
    if (id >= emulator::BarrierCount) emulator::fail("there is no barrier %u", id);
    emulator::wait_at(emulator::current->block->barriers[id], id, threads, true);
}
DEVICE void barrier_arrive(u32 id, u32 threads) {
    if (id >= emulator::BarrierCount) emulator::fail("there is no barrier %u", id);
    emulator::wait_at(emulator::current->block->barriers[id], id, threads, false);
}
DEVICE void block_sync() { barrier_sync(0, block_threads()); }

// --- copies behind a thread's back -----------------------------------------------------------------------------------
DEVICE void async_copy16(u32 to, const void* from, u32 bytes) {
    if (bytes > 16) emulator::fail("async_copy16 of %u bytes", bytes);
    if ((u64)from % 16 != 0) emulator::fail("global address %p is not a multiple of 16", from);
    if (bytes != 0) emulator::check_global(from, 16);
    memset(emulator::shared_at(to, 16), emulator::SharedPoison, 16);
    emulator::current->open.push_back({to, from, bytes});
}
DEVICE void async_commit() {
    emulator::current->groups.push_back(std::move(emulator::current->open));
    emulator::current->open.clear();
}
template <int left> DEVICE void async_wait() {
    auto& groups = emulator::current->groups;
    for (; groups.size() > (size_t)left; groups.pop_front()) {
        for (const emulator::Copy& copy : groups.front()) {
            u8* to = emulator::shared_at(copy.to, 16);
            memset(to, 0, 16);
            if (copy.bytes != 0) memcpy(to, copy.from, copy.bytes);
        }
    }
}

// --- matrix fragments ------------------------------------------------------------------------------------------------
DEVICE void load_matrix4(u32 (&r)[4], u32 a) { emulator::load_matrices(r, 4, a, false); }
DEVICE void load_matrix_transposed4(u32 (&r)[4], u32 a) { emulator::load_matrices(r, 4, a, true); }
DEVICE void load_matrix2(u32 (&r)[2], u32 a) { emulator::load_matrices(r, 2, a, false); }
DEVICE void load_matrix_transposed2(u32 (&r)[2], u32 a) { emulator::load_matrices(r, 2, a, true); }
DEVICE void mma_half(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    emulator::multiply(c, a, b0, b1, emulator::Element::Half);
}
DEVICE void mma_bfloat(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    emulator::multiply(c, a, b0, b1, emulator::Element::BFloat);
}
DEVICE void mma_tf32(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    emulator::multiply(c, a, b0, b1, emulator::Element::Tf32);
}

DEVICE void mma_bytes(i32 (&sums)[4], const u32 (&a)[4], u32 b0, u32 b1, i32 s0, i32 s1, i32 s2, i32 s3) {
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
    emulator::multiply_bytes(sums, a, b0, b1);
}

DEVICE void mma_bits(i32 (&sums)[4], u32 a0, u32 a1, u32 b, i32 s0, i32 s1, i32 s2, i32 s3) {
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
    emulator::multiply_bits(sums, a0, a1, b);
}

// --- compute capability 9.0 ------------------------------------------------------------------------------------------
DEVICE void mbarrier_init(u32 a, u32 arrivals) { emulator::begin_memory_barrier(a, arrivals); }
DEVICE void mbarrier_init_fence() {}
DEVICE void mbarrier_arrive(u32 a) { emulator::arrive(a, 0); }
DEVICE void mbarrier_expect(u32 a, u32 bytes) { emulator::arrive(a, bytes); }
DEVICE bool mbarrier_try(u32 a, u32 parity) {
    if (emulator::has_passed(a, parity)) return true;
    emulator::pause();
    return emulator::has_passed(a, parity);
}
DEVICE void mbarrier_wait(u32 a, u32 parity) { emulator::wait_for_phase(a, parity); }
DEVICE void bulk_copy(u32 to, const void* from, u32 bytes, u32 barrier) {
    emulator::add_copy(to, from, bytes, barrier);
}
DEVICE void tensor_copy(u32 to, const void* map, u32 element, u32 tile, u32 barrier) {
    emulator::add_tensor_copy(to, map, element, tile, barrier);
}
DEVICE void tensor_map_acquire(const void*) {}
DEVICE void fence_async_shared() {}
DEVICE void grid_wait() {}
DEVICE void grid_launch_dependents() {}

// --- compute capability 9.0a -----------------------------------------------------------------------------------------
DEVICE void group_fence(float (&)[64]) { warp_sync(); }
DEVICE void group_commit() {}
DEVICE void group_wait(float (&)[64]) { warp_sync(); }
DEVICE void group_mma_half(float (&c)[64], u64 a, u64 b, bool adds) {
    emulator::multiply_group(c, a, b, adds, emulator::Element::Half);
}
DEVICE void group_mma_bfloat(float (&c)[64], u64 a, u64 b, bool adds) {
    emulator::multiply_group(c, a, b, adds, emulator::Element::BFloat);
}
DEVICE void group_mma_tf32(float (&c)[64], u64 a, u64 b, bool adds) {
    emulator::multiply_group(c, a, b, adds, emulator::Element::Tf32);
}
