// Mixtures of logits for the scan by a learned similarity: a query is a column for each of its components, a row a
// vector for each of its own, and the largest of their products bounds the mixture from above. What may reach the cut
// waits, and becomes a survivor by its whole logit, eight rows at a time by the warp: cuts rise by true logits, and no
// error is left.
// GatedMixture takes components of HELD_STEPS at most, up to eight of a query and four of an item, which wait in
// registers for all queries. The logits of what waits are kept, and a second estimate is made of them, with the gate
// (SimilarityGate.cu): only what may reach the cut by that too gets its whole logit. Mixture takes every shape.
// Defines: those of SimilarityTiles.cu and SimilarityGate.cu.

#define FRAGMENTS_MIXTURE 4u // eight components of a query
#define IS_COUNTED 0x80000000u // beside the query of what waits: cuts know of it already

// One atomic a query, not one a row.
DEVICE void count_by_query(u32* counts, u32 query, bool isThere) {
    for (u32 left = warp_ballot(isThere); left != 0;) {
        u32 first = warp_shuffle(query, lowest_bit(left)), same = warp_ballot(isThere && query == first);
        if (lane_id() == 0) global_count(counts + first, bit_count(same));
        left &= ~same;
    }
}

// Whole logits of what waits, beside the row; of a sample they go there.
DEVICE void write_logits_of(const Similarity* at, MixtureWeights weights, float* scratch, const Batch& batch, u64* words,
                            const u32* queries, u32 count) {
    u32 lane = lane_id();
    for (u32 base = 0; base < count; base += PAIRS_AT_ONCE) {
        u32 place = smaller(base + lane % PAIRS_AT_ONCE, count - 1), query = queries[place] & ~IS_COUNTED;
        u64 word = words[place];
        float logit = mixture_logits(at, weights, scratch, batch.originals, query, (u32)word);
        if (lane >= PAIRS_AT_ONCE || base + lane >= count) continue;
        if (batch.sample != nullptr) *sample_at(batch, query, (u32)(word >> 32)) = logit;
        else words[place] = (u64)float_bits(logit) << 32 | (u32)word;
    }

    warp_sync();
}

// Of what has its logit, what reaches the cut is moved to the front: how many these are.
DEVICE u32 keep_reaching(const Similarity* at, const Batch& batch, u64* words, u32* queries, u32 count) {
    u32 lane = lane_id(), kept = 0;
    for (u32 base = 0; base < count; base += 32) {
        bool isThere = base + lane < count;
        u64 word = isThere ? words[base + lane] : 0;
        u32 entry = isThere ? queries[base + lane] : 0, query = entry & ~IS_COUNTED;
        float logit = float_from_bits((u32)(word >> 32));
        float cut = float_from_ordered(load_changing(batch.cuts + query));
        bool isKept = isThere && logit > -infinity() && logit >= cut;
        count_by_query(at->scored, query, isThere);
        u32 lanes = warp_ballot(isKept), to = kept + bit_count(lanes & ((1u << lane) - 1));
        if (isKept) {
            words[to] = word;
            queries[to] = entry;
        }

        kept += bit_count(lanes);
        warp_sync();
    }

    return kept;
}

template <u32 element> struct Mixture {
    typedef const Similarity* At;
    enum : u32 { own = 2, stages = MIXTURE_STAGES, queued = QUEUE };
    enum : bool { settles = true, samples = false, holds = false };

    At at;
    Columns columns;
    MixtureWeights weights;
    float* scratch;
    u32 componentBytes, itemComponents;

    DEVICE_MEMBER static Columns columns_of(const Similarity& of) {
        u32 rounds = (of.queryComponents + 2 * FRAGMENTS_MIXTURE - 1) / (2 * FRAGMENTS_MIXTURE);
        u32 bytes = of.width * (element == ELEMENT_FLOAT32 ? 4 : 2), steps = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        return Columns{0, steps * STEP_BYTES + 16, steps, rounds * FRAGMENTS_MIXTURE, nullptr, 2};
    }

    DEVICE_MEMBER static u32 bytes(const Similarity& of, u32 warps, bool isShared) {
        return ((isShared ? weight_floats(of) : 0) + warps * scratch_floats(of)) * 4;
    }

    DEVICE_MEMBER static Mixture start(At at, const Columns& columns, u8* shared, bool isShared) {
        float* floats = (float*)shared;
        MixtureWeights weights = load_weights(*at, floats, isShared);
        floats += (isShared ? weight_floats(*at) : 0) + warp_id() * scratch_floats(*at);
        u32 componentBytes = at->width * (element == ELEMENT_FLOAT32 ? 4 : 2);
        return Mixture{at, columns, weights, floats, componentBytes, at->itemComponents};
    }

    // What no mixture of a lane's query and rows l / 4 and 8 on is above. A query's numbers are the power of two that
    // takes its scale back, and the error of a product.
    DEVICE_MEMBER void score(u32 stage, u32 rowStride, u32 group, float (&scores)[own]) const {
        u32 lane = lane_id();
        float largest[own] = {-infinity(), -infinity()};
#pragma unroll 1
        for (u32 component = 0; component < itemComponents; component += 2) {
            // Rows of M: eight items' one component, and their next.
            u32 of = smaller(component + ((lane >> 3) & 1), itemComponents - 1);
            u32 rowAt = stage + (lane & 7) * rowStride + of * componentBytes + (lane >> 4) * 16;
#pragma unroll 1
            for (u32 first = 0; first < columns.fragments; first += FRAGMENTS_MIXTURE) {
                float c[own][FRAGMENTS_MIXTURE][4];
#pragma unroll
                for (u32 m = 0; m < own; m++)
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f++) c[m][f][0] = c[m][f][1] = c[m][f][2] = c[m][f][3] = 0;
                u32 columnAt = columns.fragment(group, first);
#pragma unroll 4
                for (u32 k = 0; k < columns.steps; k++) {
                    u32 a[own][4];
                    load_matrix4(a[0], rowAt + k * STEP_BYTES);
                    load_matrix4(a[1], rowAt + 8 * rowStride + k * STEP_BYTES);
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f += 2) {
                        u32 b[4];
                        load_matrix4(b, columnAt + f * 8 * columns.stride + k * STEP_BYTES);
#pragma unroll
                        for (u32 m = 0; m < own; m++) {
                            multiply<element>(c[m][f], a[m], b[0], b[1]);
                            multiply<element>(c[m][f + 1], a[m], b[2], b[3]);
                        }
                    }
                }

#pragma unroll
                for (u32 m = 0; m < own; m++)
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f++)
#pragma unroll
                        for (u32 i = 0; i < 4; i++) largest[m] = most(largest[m], c[m][f][i]);
            }
        }

        const float* numbers = columns.numbers + (group * GROUP_QUERIES + (lane & 3)) * columns.numberCount;
#pragma unroll
        for (u32 m = 0; m < own; m++) {
            float logit = fused(largest[m], numbers[0], numbers[1]);
            scores[m] = fused(logit < 0 ? -logit : logit, float_from_bits(ROUNDING_SHARE_BITS), logit);
        }
    }

    DEVICE_MEMBER static bool is_full(const Queue& queue) { return queue.count > QUEUE - 32; }
    DEVICE_MEMBER static void keep(u32, u32) {}

    // Whole logits of what waits; what does not reach the cut by then is let go.
    DEVICE_MEMBER void settle(At, const Batch* batchAt, const Batch& batch, Queue& queue, bool) const {
        write_logits_of(at, weights, scratch, batch, queue.words, queue.queries, queue.count);
        if (batch.sample == nullptr) {
            u32 count = keep_reaching(at, batch, queue.words, queue.queries, queue.count);
            if (count > 0) write_out<Mixture>(at, batchAt, queue.words, queue.queries, count);
        }

        queue.count = 0;
    }

    // Not asked for: the queue has no NaN.
    DEVICE_MEMBER static float slow_score(At, const Batch&, u32, u32) { return -infinity(); }
};

// --- with a second estimate ------------------------------------------------------------------------------------------
// A warp's part of shared memory: the logits of what waits, and by turns what whole logits are computed in.
DEVICE u32 gated_bytes(const Similarity& of) {
    u32 entries = GATED_QUEUE * GATE_ENTRY_BYTES, scratch = scratch_floats(of) * 4;
    return entries > scratch ? entries : scratch;
}

// The second estimate of what waits from `first` on: what may reach the cut is moved there; how many wait then.
DEVICE u32 keep_by_gate(const Similarity* at, const GateWeights& weights, const float* numbers, const u8* entries,
                        const Batch& batch, u64* words, u32* queries, u32 first, u32 count) {
    const Similarity of = *at;
    u32 lane = lane_id(), kept = first, pairs = pairs_of_lane(of);
    for (; first < count; first += GATE_ROWS) {
        Mixed mixed = mixed_rows(of, weights, numbers, pairs, entries, words, queries, first, count);
        u32 from = lane % 8 * 4;
        float low = warp_shuffle(mixed.mixture[0], from), high = warp_shuffle(mixed.mixture[1], from);
        float mixture = (lane & 8) == 0 ? low : high;
        low = warp_shuffle(mixed.error[0], from);
        high = warp_shuffle(mixed.error[1], from);
        float error = (lane & 8) == 0 ? low : high;
        bool isThere = lane < GATE_ROWS && first + lane < count, isKept = isThere;
        u64 word = isThere ? words[first + lane] : 0;
        u32 query = isThere ? queries[first + lane] : 0;
        bool isSure = isThere && error <= numbers[query * GATE_NUMBERS + 5] && mixture - error == mixture - error;
        if (batch.sample != nullptr) {
            if (isSure) *sample_at(batch, query, (u32)(word >> 32)) = mixture - error;
            isKept = isThere && !isSure;
        } else {
            if (isThere) isKept = !(mixture + error < float_from_ordered(load_changing(batch.cuts + query)));
            count_by_query(at->gated, query, isThere);
            if (isKept && isSure && batch.groups.codes == nullptr) {
                u32 bits = ordered_bits(mixture - error), base = batch.levelBases[query];
                u32* levels = batch.levels + query * LEVELS_STRIDE;
                u32 level = smaller((bits - base) >> batch.levelShifts[query], LEVELS - 1);
                if (bits >= base) global_count(levels + level, 1);
                query |= IS_COUNTED;
            }
        }

        u32 lanes = warp_ballot(isKept), to = kept + bit_count(lanes & ((1u << lane) - 1));
        if (isKept) {
            words[to] = word;
            queries[to] = query;
        }

        kept += bit_count(lanes);
        warp_sync();
    }

    return kept;
}

// What has its logit and reaches the cut, as write_out, but for those that cuts know of.
DEVICE void write_counted(const Batch* batchAt, const Batch& batch, const u64* words, const u32* queries, u32 count) {
    for (u32 i = lane_id(); i < count; i += 32) {
        u32 query = queries[i] & ~IS_COUNTED, row = (u32)words[i];
        float logit = float_from_bits((u32)(words[i] >> 32));
        bool grouped = batch.groups.codes != nullptr;
        if (grouped && !enter_group(batchAt, query, row, logit, logit)) continue;
        u32* levels = batch.levels + query * LEVELS_STRIDE;
        u32 bits = ordered_bits(logit), place = global_add(levels + SURVIVORS_PLACE, 1u), base = batch.levelBases[query];
        if (place < batch.capacity) batch.words[(u64)query * batch.capacity + place] = (u64)bits << 32 | row;
        if (!grouped && queries[i] == query && bits >= base)
            global_count(levels + smaller((bits - base) >> batch.levelShifts[query], LEVELS - 1), 1);
    }

    warp_sync();
}

// Of what waits, `settled` in front have had their second estimate: the others get it, and then whole eights (all, at
// last) their logits. How many are left to wait for theirs. Called from many places.
DEVICE_CALL u32 settle_gated(const Similarity* at, const Batch* batchAt, const u8* weightsAt, const float* numbers,
                             u8* entries, u64* words, u32* queries, u32 settled, u32 count, bool isLast) {
    const Batch batch = *batchAt;
    GateWeights weights = GateWeights::at(*at, weightsAt);
    count = keep_by_gate(at, weights, numbers, entries, batch, words, queries, settled, count);
    u32 whole = isLast ? count : count / PAIRS_AT_ONCE * PAIRS_AT_ONCE;
    if (whole == 0) return count;
    MixtureWeights all = {at->inner, at->innerBias, at->outer, at->outerBias};
    write_logits_of(at, all, (float*)entries, batch, words, queries, whole);
    if (batch.sample == nullptr)
        write_counted(batchAt, batch, words, queries, keep_reaching(at, batch, words, queries, whole));
    u32 left = count - whole, lane = lane_id();
    u64 word = lane < left ? words[whole + lane] : 0;
    u32 query = lane < left ? queries[whole + lane] : 0;
    warp_sync();
    if (lane < left) {
        words[lane] = word;
        queries[lane] = query;
    }

    warp_sync();
    return left;
}

template <u32 element> struct GatedMixture {
    typedef const Similarity* At;
    enum : u32 { own = 2, stages = GATED_STAGES, queued = GATED_QUEUE, ready = 2 * GATE_ROWS };
    enum : bool { settles = true, samples = true, holds = true };

    Columns columns;
    const u8* weights;
    u8* entries;
    u32 settled, componentBytes, itemComponents;
    u32 rows[2][own][HELD_STEPS][4];  // of two components each
    u32 logits[own][GATE_POSITIONS / 2]; // two halves each, not scaled

    DEVICE_MEMBER static Columns columns_of(const Similarity&) {
        return Columns{0, HELD_STEPS * STEP_BYTES + 16, HELD_STEPS, FRAGMENTS_MIXTURE, nullptr, GATE_NUMBERS};
    }

    DEVICE_MEMBER static u32 bytes(const Similarity& of, u32 warps, bool) {
        return GateWeights::bytes(of) + warps * gated_bytes(of);
    }

    DEVICE_MEMBER static GatedMixture start(At at, const Columns& columns, u8* shared, bool) {
        GateWeights::load(*at, shared);
        u8* entries = shared + GateWeights::bytes(*at) + warp_id() * gated_bytes(*at);
        u32 componentBytes = at->width * (element == ELEMENT_FLOAT32 ? 4 : 2);
        return GatedMixture{columns, shared, entries, 0, componentBytes, at->itemComponents, {}, {}};
    }

    DEVICE_MEMBER void hold(u32 stage, u32 rowStride) {
        u32 lane = lane_id();
#pragma unroll
        for (u32 s = 0; s < 2; s++) {
            // Rows of M: eight items' one component, and their next.
            u32 of = smaller(2 * s + ((lane >> 3) & 1), itemComponents - 1);
            u32 rowAt = stage + (lane & 7) * rowStride + of * componentBytes + (lane >> 4) * 16;
#pragma unroll
            for (u32 m = 0; m < own; m++)
#pragma unroll
                for (u32 k = 0; k < HELD_STEPS; k++)
                    load_matrix4(rows[s][m][k], rowAt + 8 * m * rowStride + k * STEP_BYTES);
        }
    }

    // As Mixture's; logits are kept.
    DEVICE_MEMBER void score(u32, u32, u32 group, float (&scores)[own]) {
        u32 columnAt = columns.long_fragment(group, 0);
        float largest[own] = {-infinity(), -infinity()};
#pragma unroll
        for (u32 f = 0; f < FRAGMENTS_MIXTURE; f++) {
            u32 b[HELD_STEPS / 2][4];
            float c[2][own][4];
#pragma unroll
            for (u32 k = 0; k < HELD_STEPS / 2; k++)
                load_matrix4(b[k], columnAt + f * 8 * columns.stride + 2 * k * STEP_BYTES);
#pragma unroll
            for (u32 s = 0; s < 2; s++)
#pragma unroll
                for (u32 m = 0; m < own; m++) c[s][m][0] = c[s][m][1] = c[s][m][2] = c[s][m][3] = 0;
#pragma unroll
            for (u32 k = 0; k < HELD_STEPS; k++)
#pragma unroll
                for (u32 s = 0; s < 2; s++)
#pragma unroll
                    for (u32 m = 0; m < own; m++)
                        multiply<element>(c[s][m], rows[s][m][k], b[k / 2][2 * (k & 1)], b[k / 2][2 * (k & 1) + 1]);
#pragma unroll
            for (u32 s = 0; s < 2; s++)
#pragma unroll
                for (u32 m = 0; m < own; m++)
#pragma unroll
                    for (u32 e = 0; e < 2; e++) {
                        largest[m] = greater(largest[m], greater(c[s][m][e], c[s][m][2 + e]));
                        logits[m][4 * f + 2 * e + s] = halves_from_floats(c[s][m][e], c[s][m][2 + e]);
                    }
        }

        const float* numbers = columns.numbers + (group * GROUP_QUERIES + (lane_id() & 3)) * columns.numberCount;
#pragma unroll
        for (u32 m = 0; m < own; m++) {
            float logit = fused(largest[m], numbers[0], numbers[1]);
            scores[m] = fused(logit < 0 ? -logit : logit, float_from_bits(ROUNDING_SHARE_BITS), logit);
        }
    }

    DEVICE_MEMBER bool is_full(const Queue& queue) const { return queue.count - settled >= ready; }

    DEVICE_MEMBER void keep(u32 place, u32 i) const {
        u32 to = shared_address(entries) + place * GATE_ENTRY_BYTES;
#pragma unroll
        for (u32 at = 0; at < GATE_POSITIONS / 2; at += 4) {
            U4 four = {i == 0 ? logits[0][at] : logits[1][at], i == 0 ? logits[0][at + 1] : logits[1][at + 1],
                i == 0 ? logits[0][at + 2] : logits[1][at + 2], i == 0 ? logits[0][at + 3] : logits[1][at + 3]};
            store_shared16(to + at * 4, four);
        }
    }

    DEVICE_MEMBER void settle(At at, const Batch* batchAt, const Batch&, Queue& queue, bool isLast) {
        settled = settle_gated(at, batchAt, weights, columns.numbers, entries, queue.words, queue.queries, settled,
            queue.count, isLast);
        queue.count = settled;
    }
};
