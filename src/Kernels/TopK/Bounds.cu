// The k-th best of many values, by a block: histograms between the lowest and the highest value, finer and finer.
// Defines: THREADS, BIN_BITS, WORK_BYTES

constexpr u32 ReadsInFlight = 4; // of a thread
constexpr u32 Bins = 1 << BIN_BITS;
constexpr u32 BinsPerThread = Bins / THREADS;
static_assert(THREADS == 1024, "sum_before scans as many warps as a warp has lanes");

// The lowest value that is kept, how many values are above its bin, and how many reach it.
struct Bound { u32 value, above, reached; };

struct Work {
    u32 bins[Bins];
    u32 warps[THREADS / 32];
    u32 low, high, count; // of a range: lowest, highest, how many
    u32 bin, above, inside;
    u32 bounds[4];
    u32 next, largest;
    u64 edges[2]; // the k-th word and the next
};

static_assert(sizeof(Work) == WORK_BYTES, "as C# counts it");

// --- the block's sums ------------------------------------------------------------------------------------------------
// The sum of v over the threads before this one, and over all.
DEVICE u32 sum_before(u32 v, Work* work, u32& total) {
    u32 inclusive = warp_prefix(v);
    block_sync();
    if (lane_id() == 31) work->warps[warp_id()] = inclusive;
    block_sync();
    if (warp_id() == 0) work->warps[lane_id()] = warp_prefix(work->warps[lane_id()]);
    block_sync();
    total = work->warps[THREADS / 32 - 1];
    return inclusive - v + (warp_id() > 0 ? work->warps[warp_id() - 1] : 0);
}

DEVICE void start_range(Work* work) {
    block_sync();
    if (thread_id() == 0) {
        work->low = 0xffffffff;
        work->high = 0;
        work->count = 0;
    }

    block_sync();
}

DEVICE void end_range(Work* work, u32 low, u32 high, u32 count) {
    low = warp_min(low);
    high = warp_max(high);
    count = warp_sum(count);
    if (lane_id() == 0 && count > 0) {
        shared_min(&work->low, low);
        shared_max(&work->high, high);
        shared_add(&work->count, count);
    }

    block_sync();
}

// Adds to a bin for each lane that counts. Ties would wait for each other: many that agree with the first go at once.
DEVICE void count_bin(u32* bins, u32 bin, bool counts) {
    constexpr u32 ManyAgree = 6;
    bin = counts ? bin : 0xffffffff;
    u32 first = warp_shuffle(bin, 0);
    u32 same = warp_ballot(counts && bin == first), agree = bit_count(same);
    bool together = agree >= ManyAgree;
    if (together && lane_id() == 0) shared_add(&bins[first], agree);
    if (counts && !(together && bin == first)) shared_add(&bins[bin], 1u);
}

DEVICE u32 bin_shift(u32 low, u32 high) {
    u32 bits = 32 - leading_zeros(high - low);
    return bits > BIN_BITS ? bits - BIN_BITS : 0;
}

DEVICE void clear_bins(Work* work) {
    for (u32 b = thread_id(); b < Bins; b += THREADS) work->bins[b] = 0;
    block_sync();
}

// --- the k-th best of a source: read(source, i, value) says whether value i counts -----------------------------------
template <class Source> DEVICE void find_range(const Source& source, u32 count, Work* work) {
    u32 low = 0xffffffff, high = 0, valid = 0;
    start_range(work);
    for (u32 i = thread_id(); i < count; i += THREADS) {
        u32 value;
        if (read(source, i, value)) {
            low = value < low ? value : low;
            high = value > high ? value : high;
            valid++;
        }
    }

    end_range(work, low, high, valid);
}

// The bin, from the highest, in which `need` is reached: work->bin, above, inside.
DEVICE void find_bin(Work* work, u32 need) {
    u32 highest = Bins - 1 - BinsPerThread * thread_id(), sum = 0, total;
    for (u32 b = 0; b < BinsPerThread; b++) sum += work->bins[highest - b];
    u32 above = sum_before(sum, work, total);
    if (above < need && need <= above + sum) {
        u32 bin = highest;
        while (above + work->bins[bin] < need) above += work->bins[bin--];
        work->bin = bin;
        work->above = above;
        work->inside = work->bins[bin];
    }

    block_sync();
}

// A bound that at least `need` of the values in [work->low, work->high] reach (as many there are), and at most `most`
// unless they are equal; with `most` 0 it is the value itself.
template <class Source> DEVICE Bound find_bound(const Source& source, u32 count, u32 need, u32 most, Work* work) {
    u32 low = work->low, high = work->high, above = 0;
    while (true) {
        u32 shift = bin_shift(low, high);
        block_sync();
        clear_bins(work);
        for (u32 first = warp_id() * 32; first < count; first += ReadsInFlight * THREADS) {
            u32 values[ReadsInFlight];
            bool counts[ReadsInFlight];
#pragma unroll
            for (u32 u = 0; u < ReadsInFlight; u++) {
                u32 i = first + u * THREADS + lane_id();
                values[u] = 0;
                counts[u] = i < count && read(source, i, values[u]) && values[u] >= low && values[u] <= high;
            }

#pragma unroll
            for (u32 u = 0; u < ReadsInFlight; u++)
                if (first + u * THREADS < count) count_bin(work->bins, (values[u] - low) >> shift, counts[u]);
        }

        block_sync();
        find_bin(work, need - above);
        above += work->above;
        low += work->bin << shift;
        u32 reached = above + work->inside;
        if (shift == 0 || reached <= most) return Bound{low, above, reached};
        u32 last = low + ((1u << shift) - 1);
        high = last < high ? last : high;
    }
}
