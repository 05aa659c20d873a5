// Before and after a scan: its first cuts and levels from a sample, its counts and last cuts.
// Defines: those of Bounds.cu, Survivors.cu and TileOrder.cu, LEVEL_BITS, SAMPLE_SURETY (over 16), DENSE and
// LISTED (SearchWay)

// A query's cut, and levels from there, or from the lowest of the sample, to its best.
DEVICE void set_levels(const Batch& batch, u32 query, float first, u32 low, u32 high, u32* levelBases,
                       u32* levelShifts) {
    u32 cut = ordered_bits(first), base = first == -infinity() ? low : cut;
    u32 range = high > base ? high - base : 0;
    u32 shift = 32 - leading_zeros(range | 1);
    levelBases[query] = base;
    levelShifts[query] = shift > LEVEL_BITS ? shift - LEVEL_BITS : 0;
    batch.cuts[query] = cut;
}

// Readies a query for the scan, a block a query: its cut (the lowest of its parts' so far, or the lowest score that is
// asked for) and levels from there to the best of the sample's first part. Where `ways` is there, only of queries of
// these `kinds` (a bit each), whose cuts go to denseCuts or listCuts.
KERNEL(scan_begin, (1024), const Batch* batchAt, const float* cuts, const float* lowest, u32* levelBases,
       u32* levelShifts, const u32* ways, u32 kinds, u32* denseCuts, u32* listCuts) {
    SHARED_BYTES(extremes);
    u32* best = (u32*)extremes;
    Batch batch = *batchAt;
    u32 query = block_id();
    if (ways != nullptr && (query >= batch.queryCount || (kinds >> ways[query] & 1) == 0)) return;
    if (thread_id() < 2) best[thread_id()] = thread_id() == 0 ? 0u : ~0u;
    block_sync();
    u32 high = 0, low = ~0u;
    const float* scores = batch.sample + (u64)query * batch.sampleStride;
#pragma unroll 8
    for (u32 i = thread_id(); i < batch.sampleStride >> batch.sampleShift; i += block_threads()) {
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
        float first = infinity();
        for (u32 part = 0; part < 1u << batch.sampleShift; part++) {
            float cut = cuts[(query << batch.sampleShift) + part];
            first = cut < first ? cut : first;
        }

        first = first > lowest[query] ? first : lowest[query];
        set_levels(batch, query, first, best[1], best[0], levelBases, levelShifts);
        if (ways != nullptr) (ways[query] == LISTED ? listCuts : denseCuts)[query] = batch.cuts[query];
    }
}

struct Bests { const float* scores; };
DEVICE bool read(const Bests& b, u32 i, u32& value) {
    value = ordered_bits(b.scores[i]);
    return b.scores[i] != -infinity();
}

// Readies a query of a scan by estimate, a block a query: the first cut is a score that more of the sample's tiles
// reach than would be likely if fewer than k of all tiles did. Of the scan's batch, *rowCount and tileRows are its.
KERNEL(scan_begin_tiles, (THREADS), const Batch* sampleAt, const Batch* scanAt, const u32* rowCount, u32 tileRows,
       const float* lowest, u32* levelBases, u32* levelShifts) {
    SHARED_BYTES(bytes);
    Work* work = (Work*)bytes;
    const Batch sample = *sampleAt, scan = *scanAt;
    u32 query = block_id();
    if (query >= sample.queryCount || sample.cuts[query] == ordered_bits(infinity())) return; // not for this launch
    for (u32 i = thread_id(); i < LEVELS_STRIDE; i += THREADS) scan.levels[query * LEVELS_STRIDE + i] = 0;
    Bests bests = {sample.sample + (u64)query * sample.sampleStride};
    u32 tiles = (*rowCount + tileRows - 1) / tileRows, drawn = smaller(sample.sampleRows, tiles);
    u32 needed = tiles_needed((float)scan.k * (float)drawn / (float)tiles, 1, SAMPLE_SURETY / 16.0f);
    find_range(bests, sample.sampleRows, work);
    u32 low = work->low, high = work->high;
    float cut = work->count < needed
        ? -infinity() : float_from_ordered(find_bound(bests, sample.sampleRows, needed, 0, work).value);
    if (thread_id() == 0)
        set_levels(scan, query, cut > lowest[query] ? cut : lowest[query], low, high, levelBases, levelShifts);
}

struct Slots { const u64* slots; };
DEVICE bool read(const Slots& s, u32 i, u32& value) {
    value = (u32)(load_changing(s.slots + i) >> 32);
    return value != 0;
}

// The K-th best of a query's slots, or minus infinity: what is known of the K-th best hit under a cap on groups.
DEVICE float slots_cut(const Batch& batch, u32 query, Work* work) {
    Slots slots = {batch.slots + (u64)query * batch.slotCount};
    find_range(slots, batch.slotCount, work);
    if (work->count < batch.k) return -infinity();
    return float_from_ordered(find_bound(slots, batch.slotCount, batch.k, 0, work).value);
}

// The same with a cap on groups: the rows of the sample go to their slots, which are zero, and the cut is what these
// tell. tileRows and *rowCount are the scan's, by which a place in the sample is a row.
KERNEL(scan_begin_groups, (THREADS), const Batch* batchAt, const u32* rowCount, u32 tileRows, const float* lowest,
       u32* levelBases, u32* levelShifts) {
    SHARED_BYTES(bytes);
    Work* work = (Work*)bytes;
    const Batch batch = *batchAt;
    u32 query = block_id(), rows = batch.list != nullptr ? *batch.listCount : *rowCount;
    if (query >= batch.queryCount || batch.cuts[query] == ordered_bits(infinity())) return; // not for this launch
    TileOrder order = {};
    order.start((rows + tileRows - 1) / tileRows);
    const float* scores = batch.sample + (u64)query * batch.sampleStride;
    float error = batch.errors[query];
    for (u32 place = thread_id(); place < batch.sampleRows; place += THREADS) {
        float score = scores[place];
        if (score == -infinity()) continue;
        u32 at = order.tile(place / tileRows) * tileRows + place % tileRows;
        u32 row = batch.list != nullptr ? batch.list[at] : at;
        enter_slot(batch, query, row, group_of(batch.groups, row), ordered_bits(score - error));
    }

    for (u32 i = thread_id(); i < LEVELS_STRIDE; i += THREADS) batch.levels[query * LEVELS_STRIDE + i] = 0;
    block_sync();
    float known = slots_cut(batch, query, work);
    find_range(Slots{batch.slots + (u64)query * batch.slotCount}, batch.slotCount, work);
    if (thread_id() == 0)
        set_levels(batch, query, known > lowest[query] ? known : lowest[query], work->low, work->high, levelBases,
            levelShifts);
    clear_bins(work);
    u32 base = levelBases[query], shift = slot_shift(batch, query), sum = 0;
    for (u32 i = thread_id(); i < batch.slotCount; i += THREADS) {
        u32 level = levels_reached((u32)(batch.slots[(u64)query * batch.slotCount + i] >> 32), base, shift);
        if (level > 0) shared_add(&work->bins[level - 1], 1u);
    }

    block_sync();
    if (thread_id() >= GROUP_LEVELS) return;
    for (u32 level = thread_id(); level < GROUP_LEVELS; level++) sum += work->bins[level];
    *slot_level(batch, query, thread_id()) = sum;
}

// The last cut of a query, where it was scanned; a query that was not has the lowest score that is asked for.
DEVICE u32 last_cut(const Batch& batch, u32 query, u32 way, const float* lowest, const u32* denseCuts,
                    const u32* listCuts) {
    if (denseCuts == nullptr) return batch.cuts[query];
    return way == DENSE ? denseCuts[query] : way == LISTED ? listCuts[query] : ordered_bits(lowest[query]);
}

// After the scan, a warp a query: what the next step reads, side by side. A cut by estimate, of those that all rows were
// scanned for, is one if k survivors reach it. If not, the count is UINT_MAX, and the cut that of k survivors, if any.
// Without `ways` all rows were scanned for all, and cuts are the batch's. Queries that there is room for have no rows.
KERNEL(scan_end, (256), const Batch* batchAt, float* cuts, const float* lowest, const u32* ways, u32 isEstimated,
       const u32* denseCuts, const u32* listCuts, u32 queryRoom) {
    const Batch batch = *batchAt;
    u32 query = block_id() * (block_threads() / 32) + warp_id();
    if (query >= queryRoom) return;
    if (query >= batch.queryCount) {
        if (lane_id() == 0) batch.counts[query] = 0;
        return;
    }

    const u32* levels = batch.levels + query * LEVELS_STRIDE;
    u32 way = ways == nullptr ? DENSE : ways[query], count = levels[SURVIVORS_PLACE];
    u32 cut = last_cut(batch, query, way, lowest, denseCuts, listCuts);
    if (isEstimated != 0 && way == DENSE) {
        u32 least = ordered_bits(lowest[query]), reached = levels_reached_by(levels, batch.k);
        u32 known = reached != 0 ? level_bits(batch, query, reached) : least;
        if (known < least) known = least;
        if (cut > known) {
            cut = known;
            count = ~0u;
        }
    }

    if (lane_id() != 0) return;
    batch.counts[query] = count;
    cuts[query] = float_from_ordered(cut);
}

// The same with a cap on groups, a block a query: the last cut is as fine as the slots are.
KERNEL(scan_end_groups, (THREADS), const Batch* batchAt, float* cuts, const float* lowest, const u32* ways,
       const u32* denseCuts, const u32* listCuts) {
    SHARED_BYTES(bytes);
    const Batch batch = *batchAt;
    u32 query = block_id();
    if (query >= batch.queryCount) {
        if (thread_id() == 0) batch.counts[query] = 0;
        return;
    }

    u32 way = ways == nullptr ? DENSE : ways[query];
    float cut = float_from_ordered(last_cut(batch, query, way, lowest, denseCuts, listCuts));
    if (cut != infinity()) {
        float known = slots_cut(batch, query, (Work*)bytes);
        cut = known > cut ? known : cut;
    }

    if (thread_id() == 0) {
        batch.counts[query] = batch.levels[query * LEVELS_STRIDE + SURVIVORS_PLACE];
        cuts[query] = cut;
    }
}
