// Histograms: of a block in shared memory, of all blocks on a query's board, and the bin that has the n-th value.
// Defines: those of Together.cu, BINS.

constexpr u32 BinsPerThread = BINS / THREADS;

// What a block has in shared memory.
struct Block {
    u64 query[PLANES_MAX * WORDS_MAX];
    u32 bins[BINS];
    u32 warps[Warps];
    u32 bin, ahead, inside, unused;
};

DEVICE Block* block_memory() {
    SHARED_BYTES(bytes);
    return (Block*)bytes;
}

// Lanes count in bins of their own as far as there is room, so that few wait for each other: so many bins for one.
DEVICE u32 copies_of(u32 bins) {
    u32 copies = 32;
    while (copies * bins > BINS) copies /= 2;
    return copies;
}

DEVICE void clear_bins() {
    block_sync();
    for (u32 b = thread_id(); b < BINS; b += THREADS) block_memory()->bins[b] = 0;
    block_sync();
}

DEVICE void count_in(u32 bin, u32 copies, u32 count) {
    shared_count(&block_memory()->bins[bin * copies + (lane_id() & (copies - 1))], count);
}

// Adds what the block has counted to the bins of all blocks.
DEVICE void add_bins(u32* all, u32 bins, u32 copies) {
    block_sync();
    for (u32 b = thread_id(); b < bins; b += THREADS) {
        u32 sum = 0;
        for (u32 i = 0; i < copies; i++) sum += block_memory()->bins[b * copies + i];
        if (sum != 0) global_count(all + b, sum);
    }
}

struct Found { u32 bin, ahead, inside; };

// The bin in which the n-th value lies, counted from the last bin or from the first, how many lie ahead of it and how
// many in it. 1 <= n <= all that were counted. A block; all are told the same.
template <bool fromLast> DEVICE_CALL Found find_bin(const u32* bins, u32 n) {
    Block* block = block_memory();
    u32 counts[BinsPerThread], sum = 0, total;
#pragma unroll
    for (u32 i = 0; i < BinsPerThread; i++) {
        u32 place = thread_id() * BinsPerThread + i;
        counts[i] = *(const volatile u32*)(bins + (fromLast ? BINS - 1 - place : place));
        sum += counts[i];
    }

    u32 ahead = sum_before(sum, block->warps, total);
    if (ahead < n && n <= ahead + sum) {
        bool found = false;
#pragma unroll
        for (u32 i = 0; i < BinsPerThread; i++) {
            if (found) continue;
            found = n <= ahead + counts[i];
            u32 place = thread_id() * BinsPerThread + i;
            if (found) {
                block->bin = fromLast ? BINS - 1 - place : place;
                block->ahead = ahead;
                block->inside = counts[i];
            }

            ahead += counts[i];
        }
    }

    block_sync();
    Found result = {block->bin, block->ahead, block->inside};
    block_sync();
    return result;
}

// All that bins count.
DEVICE u32 total_of(const u32* bins) {
    u32 sum = 0, total;
    for (u32 b = thread_id(); b < BINS; b += THREADS) sum += *(const volatile u32*)(bins + b);
    sum_before(sum, block_memory()->warps, total);
    block_sync();
    return total;
}
