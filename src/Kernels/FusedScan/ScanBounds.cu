// Before and after a scan: its first cuts and levels from a sample, its counts and last cuts.
// Defines: LEVELS, LEVEL_BITS

// Readies a query for the scan, a block a query: its cut (a float so far, or the lowest score that is asked for) and
// levels from there to the sample's best.
KERNEL(scan_begin, (1024), const Batch* batchAt, const float* cuts, const float* lowest, u32* levelBases,
       u32* levelShifts) {
    SHARED_BYTES(extremes);
    u32* best = (u32*)extremes;
    Batch batch = *batchAt;
    u32 query = block_id();
    if (thread_id() < 2) best[thread_id()] = thread_id() == 0 ? 0u : ~0u;
    block_sync();
    u32 high = 0, low = ~0u;
    const float* scores = batch.sample + (u64)query * batch.sampleRows;
#pragma unroll 8
    for (u32 i = thread_id(); i < batch.sampleRows; i += block_threads()) {
        u32 bits = ordered_bits(scores[i]);
        bool passes = bits != ordered_bits(-infinity());
        high = passes && bits > high ? bits : high;
        low = passes ? smaller(low, bits) : low;
    }

    shared_max(best, warp_max(high));
    shared_min(best + 1, warp_min(low));
    block_sync();
    for (u32 i = thread_id(); i < LEVELS_STRIDE; i += block_threads()) batch.levels[query * LEVELS_STRIDE + i] = 0;
    if (thread_id() == 0) {
        float first = cuts[query] > lowest[query] ? cuts[query] : lowest[query];
        u32 cut = ordered_bits(first), base = first == -infinity() ? best[1] : cut;
        u32 range = best[0] > base ? best[0] - base : 0;
        u32 shift = 32 - leading_zeros(range | 1);
        levelBases[query] = base;
        levelShifts[query] = shift > LEVEL_BITS ? shift - LEVEL_BITS : 0;
        batch.cuts[query] = cut;
    }
}

// After the scan: what the next step reads, side by side.
KERNEL(scan_end, (256), const Batch* batchAt, float* cuts) {
    u32 query = thread_id();
    if (query >= batchAt->queryCount) return;
    batchAt->counts[query] = batchAt->levels[query * LEVELS_STRIDE + LEVELS];
    cuts[query] = float_from_ordered(batchAt->cuts[query]);
}
