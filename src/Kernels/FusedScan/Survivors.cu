// What every scan of a device shares: the batch it works on, the list of survivors, the levels by which cuts rise.
// A source of scores has At, what its rows lie in, and slow_score, a score in float64 for a row that floats cannot
// score.
//
// With a cap on groups, K rows above a score are no reason to raise the cut: they may be of one group. Each row of a
// group belongs to one of `cap` slots, which keeps the best of its rows. Slots whose best reach a score are as many rows
// of groups under their caps, so that K such slots raise the cut. And a row that is worse than the best of all slots of
// its group, if they are its group's, is no hit. Groups share slots where there are too many: that only loses chances.
// Defines: LEVELS, LEVELS_STRIDE, SURVIVORS_PLACE, PROGRESS_PLACE, GROUP_LEVELS

#define STAGE_BYTES_A_ROW 256u
#define NO_FILTER 0xffffffffu

// CudaScanBatch in C#: what a launch works on.
struct Batch {
    const u8* queries;         // [query][queryBytes] in the rows' element, scaled; zero past D
    const float* originals;    // [query][dim]
    const float* errors;       // [query]: the float score is this close to the canonical one
    const float* offsets;      // [query]: added to every score
    const float* factors;      // [query]: a power of two; what is packed is this much too large
    u32* cuts;                 // [query], ordered_bits
    u32* counts;               // [query] survivors, written by scan_end; more than capacity: overflow
    u64* words;                // [query][capacity]: ordered_bits(lower) << 32 | row
    u32* levels;               // [query][LEVELS_STRIDE]: survivors by level; tiles by the level of a survivor of theirs;
                               // SURVIVORS_PLACE: all survivors; PROGRESS_PLACE, of the first query: tiles begun.
                               // Atomics on one line wait for each other, so that these two have lines of their own
    const u32* levelBases;     // [query], ordered_bits
    const u32* levelShifts;    // [query]
    const u64* masks;          // [filter][maskWords], or null
    const u32* filters;        // [query]: which mask, or NO_FILTER
    const u32* list;           // rows to score, or null: all
    const u32* listCount;
    float* sample;             // [query][part][]: the scores themselves are written, of the first sampleRows in the
                               // scattered order, by turns to all parts, and of no query whose cut is infinite; or
                               // [query][tile]: the best lower bounds of sampleRows tiles
    u64 maskWords;
    u32 queryCount;
    u32 queryBytes;            // a multiple of STAGE_BYTES_A_ROW
    u32 capacity;
    u32 k;
    u32 sampleRows;
    u32 slotCount;             // a power of two
    Groups groups;
    u64* slots;                // [query][slotCount]: ordered_bits(lower) << 32 | group code, or 0
    u32 sampleStride;          // scores of a query
    u32 sampleShift;           // two to this are the parts
    u32 isEstimated;           // cuts may rise to scores that k rows are likely to reach in the end: see Estimate.cu
    u32 unused;
};

DEVICE u32 smaller(u32 a, u32 b) { return a < b ? a : b; }
DEVICE i32 larger(i32 a, i32 b) { return a > b ? a : b; }
// What other blocks change meanwhile; any of its values will do.
DEVICE u32 load_changing(const u32* p) { return *(const volatile u32*)p; }
DEVICE u64 load_changing(const u64* p) { return *(const volatile u64*)p; }
DEVICE float infinity() { return float_from_bits(0x7f800000u); }

// Whether a launch has a query that it scans for; those that it does not have an infinite cut, from before it runs until
// after it. A warp asks, and all are told the same.
DEVICE bool has_query(const Batch& batch) {
    bool scanned = false;
    for (u32 q = lane_id(); q < batch.queryCount; q += 32)
        scanned |= load_changing(batch.cuts + q) != ordered_bits(infinity());
    return warp_ballot(scanned) != 0;
}

// Whether a query is scanned for; of one that is not, nobody has cleared the levels.
DEVICE bool is_scanned(const Batch& batch, u32 query) {
    return load_changing(batch.cuts + query) != ordered_bits(infinity());
}

// A warp's survivors before they are written: the float score and row in a word, and the query.
struct Queue {
    u64* words;
    u32* queries;
    u32 count;
};

// --- groups ----------------------------------------------------------------------------------------------------------
DEVICE u32 slot_of(const Batch& batch, u32 code, u32 i) {
    return (code * batch.groups.cap + i) & (batch.slotCount - 1);
}

// Counts of slots by level lie apart, as atomics on one line wait for each other.
DEVICE u32* slot_level(const Batch& batch, u32 query, u32 level) {
    return batch.levels + query * LEVELS_STRIDE + level * (LEVELS / GROUP_LEVELS);
}

DEVICE u32 slot_shift(const Batch& batch, u32 query) {
    return batch.levelShifts[query] + 31 - leading_zeros((u32)LEVELS / GROUP_LEVELS);
}

// How many levels a value reaches.
DEVICE u32 levels_reached(u32 bits, u32 base, u32 shift) {
    return bits < base ? 0 : smaller((bits - base) >> shift, GROUP_LEVELS - 1) + 1;
}

// Puts a row into its slot; what was there before is returned.
DEVICE u64 enter_slot(const Batch& batch, u32 query, u32 row, u32 code, u32 bits) {
    u32 own = (row * 2654435761u >> 16) % batch.groups.cap; // rows of a group may have a rhythm
    u64* slot = batch.slots + (u64)query * batch.slotCount + slot_of(batch, code, own);
    return global_max(slot, (u64)bits << 32 | code);
}

// Whether a row whose canonical score is in [lower, upper] may be a hit, as far as its group decides; then it is
// counted. A count rises at most once for each slot, and after it: it never says too much.
DEVICE_CALL bool enter_group(const Batch* batchAt, u32 query, u32 row, float lower, float upper) {
    const Batch batch = *batchAt;
    u32 code = group_of(batch.groups, row), better = 0;
    while (better < batch.groups.cap) {
        u64 slot = load_changing(batch.slots + (u64)query * batch.slotCount + slot_of(batch, code, better));
        if ((u32)slot != code || !(float_from_ordered((u32)(slot >> 32)) > upper)) break;
        better++;
    }

    if (better == batch.groups.cap) return false;
    u32 bits = ordered_bits(lower), before = (u32)(enter_slot(batch, query, row, code, bits) >> 32);
    u32 base = batch.levelBases[query], shift = slot_shift(batch, query);
    u32 first = levels_reached(before, base, shift), end = levels_reached(bits, base, shift);
    u32 ofCut = levels_reached(load_changing(batch.cuts + query), base, shift);
    for (u32 level = ofCut > first ? ofCut : first; level < end; level++) global_add(slot_level(batch, query, level), 1u);
    return true;
}

// Raises one query's cut to the highest level that K slots reach. Levels up to the cut are not counted any more.
DEVICE_CALL void raise_cut_by_slots(const Batch* batchAt, u32 query) {
    const Batch batch = *batchAt;
    if (!is_scanned(batch, query)) return;
    u32 highest = 0;
    for (u32 level = lane_id(); level < GROUP_LEVELS; level += 32)
        if (load_changing(slot_level(batch, query, level)) >= batch.k) highest = level + 1;
    highest = warp_max(highest);
    if (lane_id() == 0 && highest > 0)
        global_max(batch.cuts + query, batch.levelBases[query] + ((highest - 1) << slot_shift(batch, query)));
}

// --- the list --------------------------------------------------------------------------------------------------------
// Called from many places, rarely.
template <class Source>
DEVICE_CALL void write_out(
    typename Source::At at, const Batch* batchAt, const u64* words, const u32* queries, u32 count) {
    Batch batch = *batchAt;
    warp_sync();
    for (u32 i = lane_id(); i < count; i += 32) {
        u32 query = queries[i], row = (u32)words[i];
        u32 filter = batch.masks != nullptr && query < batch.queryCount ? batch.filters[query] : NO_FILTER;
        if (filter != NO_FILTER && !((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1)) continue;

        float score = float_from_bits((u32)(words[i] >> 32));
        if (score != score) {
            // NaN, which floats cannot score, reaches every cut: also that of a query which is not there or not meant.
            if (query >= batch.queryCount || load_changing(batch.cuts + query) == ordered_bits(infinity())) continue;
            score = Source::slow_score(at, batch, query, row);
        }

        float error = batch.errors[query];
        bool grouped = batch.groups.codes != nullptr;
        if (grouped && !enter_group(batchAt, query, row, score - error, score + error)) continue;
        u32* levels = batch.levels + query * LEVELS_STRIDE;
        u32 bits = ordered_bits(score - error), place = global_add(levels + SURVIVORS_PLACE, 1u);
        if (place < batch.capacity) batch.words[(u64)query * batch.capacity + place] = (u64)bits << 32 | row;
        u32 base = batch.levelBases[query];
        if (!grouped && bits >= base)
            global_count(levels + smaller((bits - base) >> batch.levelShifts[query], LEVELS - 1), 1);
    }

    warp_sync();
}

// How many of a query's levels, from the lowest, `needed` of what is counted by level reach.
DEVICE u32 levels_reached_by(const u32* levels, u32 needed) {
    const u32 own = LEVELS / 32;
    u32 lane = lane_id(), counts[own], sum = 0;
#pragma unroll
    for (u32 i = 0; i < own; i++) {
        counts[i] = load_changing(levels + lane * own + i);
        sum += counts[i];
    }

    u32 reach = sum; // of this lane's levels and all above
    for (u32 distance = 1; distance < 32; distance *= 2) {
        u32 above = warp_shuffle_down(reach, distance);
        if (lane + distance < 32) reach += above;
    }

    u32 lanes = warp_ballot(reach >= needed);
    if (lanes == 0) return 0;
    u32 above = reach - sum, level = 0;
#pragma unroll
    for (u32 i = own - 1; i > 0; i--) {
        above += counts[i];
        if (above >= needed && i > level) level = i;
    }

    u32 highest = 31 - leading_zeros(lanes);
    return highest * own + warp_shuffle(level, highest) + 1;
}

DEVICE u32 level_bits(const Batch& batch, u32 query, u32 reached) {
    return batch.levelBases[query] + ((reached - 1) << batch.levelShifts[query]);
}

// Raises one query's cut to the highest level that k of its survivors reach.
DEVICE void raise_cut(const Batch& batch, u32 query) {
    if (!is_scanned(batch, query)) return;
    u32 reached = levels_reached_by(batch.levels + query * LEVELS_STRIDE, batch.k);
    if (reached != 0 && lane_id() == 0) global_max(batch.cuts + query, level_bits(batch, query, reached));
}

// Where a score of the sample stands. Places go to the parts by turns, and turns are mixed, so that rows that pass at
// regular intervals pass in all parts.
DEVICE float* sample_at(const Batch& batch, u32 query, u32 place) {
    u32 turn = place >> batch.sampleShift, parts = 1u << batch.sampleShift;
    u32 part = (place ^ (turn * 2654435761u >> 16)) & (parts - 1);
    return batch.sample + (u64)query * batch.sampleStride + part * (batch.sampleStride >> batch.sampleShift) + turn;
}

// From a place on the sample has no rows. All threads of all blocks.
DEVICE void clear_sample(const Batch& batch, u32 first) {
    first = smaller(first, batch.sampleRows);
    for (u32 query = 0; query < batch.queryCount; query++) {
        if (load_changing(batch.cuts + query) == ordered_bits(infinity())) continue; // not for this launch
        for (u32 i = first + block_id() * block_threads() + thread_id(); i < batch.sampleStride;
             i += grid_blocks() * block_threads())
            *sample_at(batch, query, i) = -infinity();
    }
}
