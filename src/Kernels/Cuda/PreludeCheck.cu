// Every primitive of the prelude once, on plain arrays, so that the tests can say what each must give: on a GPU this
// shows that the PTX does what we think, on the emulator that it does the same. Blocks of one warp unless it is said.

// out[lane][15]: see PreludeTests.
KERNEL(check_warp, (32), const u32* in, u32* out) {
    u32 lane = lane_id(), v = in[lane], r[15];
    u64 wide = (u64)v << 20 | lane;
    r[0] = warp_ballot(v & 1);
    r[1] = warp_shuffle(v, lane * 5);
    r[2] = warp_shuffle_xor(v, 9);
    r[3] = warp_shuffle_up(v, 3);
    r[4] = warp_shuffle_down(v, 3);
    r[5] = (u32)(warp_shuffle_xor(wide, 16) >> 20);
    r[6] = float_bits(warp_shuffle_down((float)lane, 1));
    r[7] = (u32)warp_shuffle((double)v, 7);
    r[8] = warp_sum(v);
    r[9] = warp_max(v);
    r[10] = warp_min(v);
    warp_sync();
    r[11] = (u32)warp_shuffle_up(wide, 1);
    r[12] = warp_id() << 16 | block_threads();
    r[13] = block_id() << 16 | grid_blocks();
    r[14] = warp_or(v & 0x0f0f0f0fu);
    for (u32 i = 0; i < 15; i++) out[lane * 15 + i] = r[i];
}

// out[i][16] of in[i], for 64 threads a block.
KERNEL(check_numbers, (64), const u32* in, u32 count, u32* out) {
    u32 i = block_id() * block_threads() + thread_id();
    if (i >= count) return;
    u32 v = in[i], r[16];
    float f = float_from_bits(v);
    double d = f;
    r[0] = bit_count(v);
    r[1] = bit_count((u64)v << 32 | 7);
    r[2] = leading_zeros(v);
    r[3] = leading_zeros((u64)v);
    r[4] = lowest_bit(v);
    r[5] = float_bits(float_from_half((u16)v));
    r[6] = float_bits(float_from_bfloat((u16)v));
    r[7] = half_from_float(f);
    r[8] = bfloat_from_float(f);
    r[9] = ordered_bits(f);
    r[10] = float_bits(float_from_ordered(ordered_bits(f)));
    r[11] = float_bits(fused(f, f, 0.1f));
    u64 a = double_bits(fused(d, d, 0.1)), b = double_bits(divide(square_root(d), 3.0));
    r[12] = (u32)(a ^ a >> 32);
    r[13] = (u32)(b ^ b >> 32);
    r[14] = permute_bytes(v, v * 5, 0x7142);
    r[15] = push_sign(push_sign(v, f), f - f); // NaN of infinities
    for (u32 k = 0; k < 16; k++) out[i * 16 + k] = r[k];
}

// Of each number and the one after it: what quick functions give, the greater, and both as halves.
KERNEL(check_quick, (64), const float* in, u32 count, float* out) {
    u32 i = block_id() * block_threads() + thread_id();
    if (i + 1 >= count) return;
    out[i * 4] = quick_tanh(in[i]);
    out[i * 4 + 1] = quick_exp2(in[i]);
    out[i * 4 + 2] = greater(in[i], in[i + 1]);
    out[i * 4 + 3] = float_from_bits(halves_from_floats(in[i], in[i + 1]));
}

// 4 blocks of 64 threads: global[8] u32, wide[2], and per block what shared atomics gave: perBlock[block][8].
KERNEL(check_atomics, (64), u32* global, u64* wide, u32* perBlock) {
    SHARED_BYTES(shared);
    u32* s = (u32*)shared;
    u64* w = (u64*)(shared + 32);
    u32 t = thread_id(), id = block_id() * block_threads() + t;
    if (t < 8) s[t] = t == 3 || t == 5 ? 0xffffffff : 0;
    if (t < 2) w[t] = 0;
    block_sync();
    global_add(global + 0, id);
    global_max(global + 1, id * 7);
    global_or(global + 2, 1u << (id & 31));
    global_min(global + 3, id + 5);
    global_and(global + 5, ~(1u << (id & 15)));
    if (id == 77) global_exchange(global + 4, 4711);
    global_add(wide + 0, (u64)id << 30);
    global_max(wide + 1, (u64)id << 35 | 1);
    shared_add(s + 0, t);
    shared_max(s + 1, t * 7);
    shared_or(s + 2, 1u << (t & 31));
    shared_min(s + 3, t + 5);
    shared_and(s + 5, ~(1u << (t & 15)));
    if (t == 33) shared_exchange(s + 4, 4711);
    shared_add(w + 0, (u64)t << 30);
    shared_max(w + 1, (u64)t << 35 | 1);
    block_sync();
    if (t == 0) s[6] = (u32)(w[0] >> 30), s[7] = (u32)(w[1] >> 35);
    block_sync();
    if (t < 8) perBlock[block_id() * 8 + t] = s[t];
}

// out[i][3] of in[i], for 64 threads a block: what the block has counted is the third.
KERNEL(check_whole_numbers, (64), const u32* in, u32* out) {
    SHARED_BYTES(shared);
    u32* sum = (u32*)shared;
    u32 i = block_id() * block_threads() + thread_id(), v = in[i];
    if (thread_id() == 0) *sum = 0;
    block_sync();
    shared_count(shared_address(sum), v & 0xff);
    block_sync();
    out[i * 3] = (u32)clamp((i32)v, 1000);
    out[i * 3 + 1] = (u32)dot_bytes(v, v * 7, (i32)i);
    out[i * 3 + 2] = *sum;
}

// 32 rows of 16 bytes from `in` through shared memory: out[lane][12] of both ldmatrix, plain and transposed.
KERNEL(check_load_matrix, (32), const u8* in, u32* out) {
    SHARED_BYTES(shared);
    u32 lane = lane_id(), base = shared_address(shared), r4[4], t4[4], r2[2], t2[2];
    store_shared16(base + lane * 16, load_stream16(in + lane * 16));
    warp_sync();
    load_matrix4(r4, base + lane * 16);
    load_matrix_transposed4(t4, base + lane * 16);
    load_matrix2(r2, base + (lane & 15) * 16);
    load_matrix_transposed2(t2, base + (lane & 15) * 16);
    for (u32 i = 0; i < 4; i++) out[lane * 12 + i] = r4[i], out[lane * 12 + 4 + i] = t4[i];
    for (u32 i = 0; i < 2; i++) out[lane * 12 + 8 + i] = r2[i], out[lane * 12 + 10 + i] = t2[i];
}

// c[16][8] += a[16][k] * b[8][k]: element pairs of 16 bits (k = 16), kind 0 half, 1 bfloat; floats (k = 8), kind 2.
KERNEL(check_mma, (32), const u32* a, const u32* b, float* c, u32 kind) {
    u32 lane = lane_id(), g = lane >> 2, t = lane & 3;
    u32 fragment[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]};
    u32 b0 = b[g * 8 + t], b1 = b[g * 8 + t + 4];
    float sums[4] = {c[g * 8 + 2 * t], c[g * 8 + 2 * t + 1], c[(g + 8) * 8 + 2 * t], c[(g + 8) * 8 + 2 * t + 1]};
    if (kind == 0) mma_half(sums, fragment, b0, b1);
    else if (kind == 1) mma_bfloat(sums, fragment, b0, b1);
    else mma_tf32(sums, fragment, b0, b1);
    c[g * 8 + 2 * t] = sums[0], c[g * 8 + 2 * t + 1] = sums[1];
    c[(g + 8) * 8 + 2 * t] = sums[2], c[(g + 8) * 8 + 2 * t + 1] = sums[3];
}

// c[16][8] += a[16][32] * b[8][32], signed bytes.
KERNEL(check_mma_bytes, (32), const u32* a, const u32* b, i32* c) {
    u32 lane = lane_id(), g = lane >> 2, t = lane & 3;
    u32 fragment[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]};
    i32 *low = c + g * 8 + 2 * t, *high = low + 64, sums[4];
    mma_bytes(sums, fragment, b[g * 8 + t], b[g * 8 + t + 4], low[0], low[1], high[0], high[1]);
    low[0] = sums[0], low[1] = sums[1], high[0] = sums[2], high[1] = sums[3];
}

// sums[16][8] += bits that a[16][4] and b[8][4] have in common.
KERNEL(check_mma_bits, (32), const u32* a, const u32* b, i32* sums) {
    u32 lane = lane_id(), g = lane >> 2, t = lane & 3;
    i32 *low = sums + g * 8 + 2 * t, *high = low + 64, own[4];
    mma_bits(own, a[g * 4 + t], a[(g + 8) * 4 + t], b[g * 4 + t], low[0], low[1], high[0], high[1]);
    low[0] = own[0], low[1] = own[1], high[0] = own[2], high[1] = own[3];
}

// 64 threads copy 16 bytes each in two groups of 32 chunks; chunks past `bytes` become zero. Out in reverse order.
KERNEL(check_async_copy, (64), const u8* in, u32 bytes, U4* out) {
    SHARED_BYTES(shared);
    u32 t = thread_id(), base = shared_address(shared);
    for (u32 group = 0; group < 2; group++) {
        u32 chunk = group * 64 + t;
        async_copy16(base + chunk * 16, in + (chunk * 16 < bytes ? chunk * 16 : 0), chunk * 16 < bytes ? 16 : 0);
        async_commit();
    }

    async_wait<1>();
    block_sync();
    out[63 - t] = load_shared16(base + t * 16);
    async_wait<0>();
    block_sync();
    out[127 - t] = load_shared16(base + (64 + t) * 16);
}

// A warp hands 32 values to another through named barriers, `rounds` times; sums[lane] of what came.
KERNEL(check_barriers, (64), u32 rounds, u32* sums) {
    SHARED_BYTES(shared);
    volatile u32* slot = (volatile u32*)shared;
    u32 lane = lane_id(), sum = 0;
    for (u32 r = 0; r < rounds; r++) {
        if (warp_id() == 0) {
            if (r != 0) barrier_sync(2, 64);
            slot[31 - lane] = r * 100 + lane;
            fence_block();
            barrier_arrive(1, 64);
        } else {
            barrier_sync(1, 64);
            sum += slot[lane];
            if (r + 1 != rounds) barrier_arrive(2, 64);
        }
    }

    if (warp_id() == 1) sums[lane] = sum;
}

// Blocks hand a number on to the next: each waits for the one before. All blocks of the grid are on the device at once.
KERNEL(check_release, (32), u32* chain, u32* clocks) {
    if (thread_id() != 0) return;
    u64 start = clock_cycles(), startNs = clock_ns();
    u32 before = 1;
    if (block_id() != 0)
        while ((before = load_acquire(chain + block_id() - 1)) == 0) pause();
    fence_device();
    store_release(chain + block_id(), before + block_id());
    clocks[block_id()] = clock_cycles() >= start && clock_ns() >= startNs;
}

#if HAS_BULK_COPY
// `tiles` tiles of 512 bytes through a ring of two, a producer warp and a consumer warp; sums[lane] of all words.
KERNEL(check_bulk_copy, (64), const u8* in, u32 tiles, u32* sums) {
    SHARED_BYTES(shared);
    u32 base = shared_address(shared), full = base + 1024, empty = full + 16, lane = lane_id(), sum = 0;
    if (thread_id() == 0) {
        for (u32 i = 0; i < 2; i++) mbarrier_init(full + 8 * i, 1), mbarrier_init(empty + 8 * i, 32);
        mbarrier_init_fence();
    }

    grid_wait();
    block_sync();
    for (u32 i = 0; i < tiles; i++) {
        u32 stage = i & 1, parity = i >> 1 & 1;
        if (warp_id() == 1) {
            if (i >= 2) mbarrier_wait(empty + 8 * stage, parity ^ 1);
            if (lane == 0) {
                fence_async_shared();
                mbarrier_expect(full + 8 * stage, 512);
                bulk_copy(base + 512 * stage, in + 512 * i, 512, full + 8 * stage);
            }
        } else {
            mbarrier_wait(full + 8 * stage, parity);
            U4 v = load_shared16(base + 512 * stage + lane * 16);
            sum += v.x + 3 * v.y + 5 * v.z + 7 * v.w + i;
            mbarrier_arrive(empty + 8 * stage);
        }
    }

    grid_launch_dependents();
    if (warp_id() == 0) sums[lane] = sum;
}
#endif
