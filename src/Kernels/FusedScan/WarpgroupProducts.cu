// Products of a tile's rows with a group of queries, and what is made of them by masks, norms and the sample.
// Defines: ELEMENT_*, METRIC_*, NORM_MIN_BITS.

template <u32 element> DEVICE void multiply_group(float (&c)[64], u32 lowA, u32 lowB, bool adds) {
    u64 a = whole_operand(lowA), b = whole_operand(lowB);
    if (element == ELEMENT_FLOAT16) group_mma_half(c, a, b, adds);
    else if (element == ELEMENT_BFLOAT16) group_mma_bfloat(c, a, b, adds);
    else group_mma_tf32(c, a, b, adds);
}

// Products of a tile of one or two chunks, which are there, with a group of queries.
template <u32 element, u32 chunks>
DEVICE void multiply_tile(const Block& block, float (&c)[64], u32 group, Stage first, Stage second) {
    u32 a = group_operand(block.queriesAt + group * chunks * GROUP_BYTES);
    u32 b = group_operand(first.at(block)), after = group_operand(second.at(block));
    group_fence(c);
#pragma unroll
    for (u32 k = 0; k < 4; k++) multiply_group<element>(c, a + 2 * k, b + 2 * k, k > 0);
    if (chunks == 2) {
#pragma unroll
        for (u32 k = 0; k < 4; k++) multiply_group<element>(c, a + GROUP_BYTES / 16 + 2 * k, after + 2 * k, true);
    }

    group_commit();
}

// Products of a tile of more chunks, for one group: stages are let go as they are used up.
template <u32 element> DEVICE void multiply_long_tile(const Block& block, float (&c)[64], Stage stage, u32 copies) {
#pragma unroll
    for (u32 i = 0; i < 64; i++) c[i] = 0;
#pragma unroll 1
    for (u32 chunk = 0; chunk < block.chunks; chunk++) {
        wait_for_copies(block, copies + chunk + 1);
        stage.wait(block);
        warp_sync();
        u32 a = group_operand(block.queriesAt + chunk * GROUP_BYTES), b = group_operand(stage.at(block));
        group_fence(c);
#pragma unroll
        for (u32 k = 0; k < 4; k++) multiply_group<element>(c, a + 2 * k, b + 2 * k, true);
        group_commit();
        group_wait(c);
        if (lane_id() == 0) stage.release(block);
        stage.move(block, 1);
    }
}

// The query of a lane's lower eight rows of M, in the first group; that of its upper ones is HALF_GROUP on. Warps take
// every fourth query, so that a small batch is everybody's work.
DEVICE u32 first_query() { return (lane_id() >> 2) * 4 + (warp_id() & 3); }

// A lane's products are taken eight at a time: of query half g / 4, in the columns from 32 (g % 4) on, where the i-th
// is in column 8 (i / 2) + i % 2 of them, after the lane's first.
DEVICE void products_of(const float (&c)[64], u32 g, float (&own)[8]) {
#pragma unroll
    for (u32 i = 0; i < 8; i++) own[i] = c[4 * (4 * (g % 4) + i / 2) + 2 * (g / 4) + i % 2];
}
DEVICE u32 first_column() { return 2 * (lane_id() & 3); }

DEVICE u32 filter_of(const Block& block, u32 query) {
    return query < block.queryCount ? block.facts[query].filter : NO_FILTER;
}

// Which of a tile's rows pass, for a lane's two queries: two words each, from the tile's first row on. Nothing is made
// of them here: that would wait for them.
DEVICE void load_masks(const Batch& batch, const Block& block, u32 first, u32 tile, u64 (&mask)[4]) {
    u64 word = tile * 2ull;
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 filter = filter_of(block, first + half * HALF_GROUP);
        mask[2 * half] = mask[2 * half + 1] = filter == NO_FILTER ? ~0ull : 0;
        if (filter == NO_FILTER || word >= batch.maskWords) continue;
        const u64* at = batch.masks + filter * batch.maskWords + word;
        if (batch.maskWords % 2 == 0) {
            U4 both = *(const U4*)at;
            mask[2 * half] = (u64)both.y << 32 | both.x;
            mask[2 * half + 1] = (u64)both.w << 32 | both.z;
        } else {
            mask[2 * half] = at[0];
            if (word + 1 < batch.maskWords) mask[2 * half + 1] = at[1];
        }
    }
}

// Asks for what load_masks will read.
DEVICE void prefetch_masks(const Batch& batch, const Block& block, u32 first, u32 tile) {
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 filter = filter_of(block, first + half * HALF_GROUP);
        if (filter != NO_FILTER && tile * 2ull < batch.maskWords)
            prefetch(batch.masks + filter * batch.maskWords + tile * 2ull);
    }
}

// Of the g-th 32 rows of both queries those that pass, from the lane's first column on.
DEVICE u32 passing_of(const u64 (&mask)[4], u32 g) { return (u32)(mask[g / 2] >> (32 * (g & 1) + first_column())); }

// What norms make of products: cosines, or the part of an euclidean score that depends on the row.
DEVICE void apply_norms(const MappedTable& table, const Block& block, u32 first, u32 tile, float (&c)[64]) {
    float scales[2];
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 query = first + half * HALF_GROUP;
        scales[half] = query < block.queryCount ? inverse_power(block.facts[query].factor) : 1.0f;
    }

#pragma unroll
    for (u32 j = 0; j < 16; j++)
#pragma unroll
        for (u32 s = 0; s < 2; s++) {
            u32 row = tile * TILE_ROWS + 8 * j + first_column() + s;
            float norm = row < block.rows ? table.norms[row] : 0.0f, scale = 1, term = 0;
            if (table.metric == METRIC_EUCLIDEAN) term = -(norm * norm);
            else
                scale = norm >= float_from_bits(NORM_MIN_BITS) ? reciprocal(norm)
                    : norm == 0 ? 0.0f : float_from_bits(0x7fc00000u);
#pragma unroll
            for (u32 half = 0; half < 2; half++)
                c[4 * j + 2 * half + s] = fused(c[4 * j + 2 * half + s], scale, term * scales[half]);
        }
}

// The best of a tile's rows that pass, of each query: a lower bound of its canonical score, or minus infinity.
template <bool isMasked>
DEVICE void write_bests(const Batch& batch, const Block& block, const float (&c)[64], u32 first, u32 place, u32 tile,
                        const u64 (&mask)[4]) {
    u32 row0 = tile * TILE_ROWS + first_column();
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        float best = -infinity();
#pragma unroll
        for (u32 j = 0; j < 16; j++)
#pragma unroll
            for (u32 s = 0; s < 2; s++) {
                u32 bit = 8 * j + s;
                float product = c[4 * j + 2 * half + s];
                bool passes = !isMasked || (passing_of(mask, 4 * half + j / 4) >> bit % 32 & 1);
                passes &= row0 + bit < block.rows;
                best = passes && product > best ? product : best;
            }

        u32 bits = ordered_bits(best), other = warp_shuffle_xor(bits, 1), query = first + half * HALF_GROUP;
        bits = other > bits ? other : bits;
        other = warp_shuffle_xor(bits, 2);
        bits = other > bits ? other : bits;
        if ((lane_id() & 3) != 0 || query >= block.queryCount || block.limits[query] == infinity()) continue;
        const QueryFacts& facts = block.facts[query];
        best = float_from_ordered(bits);
        batch.sample[(u64)query * batch.sampleStride + place] =
            best == -infinity() ? best : fused(best, facts.factor, facts.offset) - facts.error;
    }
}

// The same for a place that has no tile; by one thread.
DEVICE void clear_best(const Batch& batch, const Block& block, u32 place) {
    for (u32 query = 0; query < block.queryCount; query++)
        if (block.limits[query] != infinity())
            batch.sample[(u64)query * batch.sampleStride + place] = -infinity();
}
