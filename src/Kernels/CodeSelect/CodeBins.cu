// Histograms: of a block in shared memory, of all blocks on a query's board, and the bin that has the n-th value.
// Defines: those of CodeValues.cu, BINS, STAGES_MAX, BLOCK_BYTES.

constexpr u32 BinsPerThread = BINS / THREADS;

DEVICE u32 load_changing(const u32* p) { return *(const volatile u32*)p; }

// What a block has in shared memory, before the rings of its warps.
struct alignas(128) Block {
    u64 query[PLANES_MAX * WORDS_MAX];
    u32 bins[BINS];
    u32 warps[Warps];
    u32 bin, ahead, inside, unused;
    u64 barriers[Warps * STAGES_MAX];
    u32 phases[Warps]; // of the rings of warps: the parity of each barrier
};

static_assert(sizeof(Block) == BLOCK_BYTES, "where the rings begin");

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

// Where a lane's bins begin in shared memory.
DEVICE u32 bins_of_lane(u32 copies) {
    return shared_address(block_memory()->bins) + (lane_id() & (copies - 1)) * (u32)sizeof(u32);
}

DEVICE void count_in(u32 bins, u32 bin, u32 copies, u32 count = 1) {
    shared_count(bins + bin * copies * (u32)sizeof(u32), count);
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

// Puts what all blocks have counted into the block's own bins; how much it is.
DEVICE u32 take_bins(const u32* all) {
    u32* bins = block_memory()->bins;
    u32 sum = 0, total;
    block_sync();
    for (u32 b = thread_id(); b < BINS; b += THREADS) {
        bins[b] = load_changing(all + b);
        sum += bins[b];
    }

    sum_before(sum, block_memory()->warps, total);
    block_sync();
    return total;
}

// The bin in which the n-th value lies, counted from the last bin or from the first, how many lie ahead of it and how
// many in it; of the bins that take_bins took. 1 <= n <= all that were counted. A block; all are told the same.
template <bool fromLast> DEVICE_CALL Found find_bin(u32 n) {
    Block* block = block_memory();
    u32 sum = 0, total;
    for (u32 i = 0; i < BinsPerThread; i++) {
        u32 place = thread_id() * BinsPerThread + i;
        sum += block->bins[fromLast ? BINS - 1 - place : place];
    }

    u32 ahead = sum_before(sum, block->warps, total);
    if (ahead < n && n <= ahead + sum) {
        u32 place = thread_id() * BinsPerThread, bin = fromLast ? BINS - 1 - place : place;
        while (n > ahead + block->bins[bin]) {
            ahead += block->bins[bin];
            bin += fromLast ? ~0u : 1;
        }

        block->bin = bin;
        block->ahead = ahead;
        block->inside = block->bins[bin];
    }

    block_sync();
    Found result = {block->bin, block->ahead, block->inside};
    block_sync();
    return result;
}
