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

// Where a lane's product of the i-th of its 32 rows is, with its first query or its second: a copy of a tile lays rows
// so that they are neighbours (WarpgroupScan.Tile).
DEVICE u32 product_of(u32 half, u32 i) { return 4 * (i / 2) + 2 * half + i % 2; }
// The lane's first row in a tile.
DEVICE u32 first_row() { return 32 * (lane_id() & 3); }

// Which of a lane's rows pass, for its two queries. Nothing is made of them here: that would wait for them.
DEVICE void load_masks(const Block& block, u32 first, u32 tile, u32 (&mask)[2]) {
    u32 place = tile * (TILE_ROWS / 32) + (lane_id() & 3);
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        const u32* of = block.facts[first + half * HALF_GROUP].mask;
        mask[half] = ~0u;
        if (of != nullptr) mask[half] = of[place];
    }
}

// What norms make of products: cosines, or the part of an euclidean score that depends on the row.
DEVICE void apply_norms(const MappedTable& table, const Block& block, u32 first, u32 tile, float (&c)[64]) {
    float scales[2];
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 query = first + half * HALF_GROUP;
        scales[half] = query < block.queryCount ? inverse_power(block.facts[query].factor) : 1.0f;
    }

#pragma unroll
    for (u32 i = 0; i < 32; i++) {
        u32 row = tile * TILE_ROWS + first_row() + i;
        float norm = row < block.rows ? table.norms[row] : 0.0f, scale = 1, term = 0;
        if (table.metric == METRIC_EUCLIDEAN) term = -(norm * norm);
        else
            scale = norm >= float_from_bits(NORM_MIN_BITS) ? reciprocal(norm)
                : norm == 0 ? 0.0f : float_from_bits(0x7fc00000u);
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
            float& product = c[product_of(half, i)];
            product = fused(product, scale, term * scales[half]);
        }
    }
}

// The best of a tile's rows that pass, of each query: a lower bound of its canonical score, or minus infinity.
template <bool isMasked>
DEVICE void write_bests(const Batch& batch, const Block& block, const float (&c)[64], u32 first, u32 place, u32 tile,
                        const u32 (&mask)[2]) {
    u32 row0 = tile * TILE_ROWS + first_row();
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        float best = -infinity();
#pragma unroll
        for (u32 i = 0; i < 32; i++) {
            float product = c[product_of(half, i)];
            bool passes = (!isMasked || (mask[half] >> i & 1)) && row0 + i < block.rows;
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
