// Survivors on their way: from products to the queue of a warp, and by another warp to the lists of their queries.
// Defines: QUEUE, LEVELS, SURVIVORS_PLACE, ELEMENT_*.

// With a query: this survivor stands for its tile. Another of the tile may be better, which only counts too little.
#define FIRST_OF_TILE 0x80000000u

// A warp's side of its queue.
struct WarpQueue {
    u64* words;
    u32* queries;
    QueueEnds* ends;
    u32 count, drained; // how many were put, and how many of them are known to be written out

    // Queues what reaches the cuts of a lane's two queries and passes.
    template <bool isMasked> DEVICE_MEMBER void take(
        const Block& block, const float (&c)[64], u32 query, u32 tile, float low, float high, const u64 (&mask)[4]) {
        float best[8];
#pragma unroll
        for (u32 g = 0; g < 8; g++) best[g] = best_of<isMasked>(c, g, passing_of(mask, g));
        bool any = !(max_or_nan(max_or_nan(best[0], best[1]), max_or_nan(best[2], best[3])) < low)
            || !(max_or_nan(max_or_nan(best[4], best[5]), max_or_nan(best[6], best[7])) < high);
        if (warp_ballot(any) == 0) return;
        u32 parts = 0;
#pragma unroll
        for (u32 g = 0; g < 8; g++) parts |= (u32)!(best[g] < (g < 4 ? low : high)) << g;
        take_parts(block, c, query, tile * TILE_ROWS + first_column(), low, high, mask, warp_or(parts));
    }

private:
    template <bool isMasked> DEVICE_MEMBER static float best_of(const float (&c)[64], u32 g, u32 passing) {
        float own[8];
        products_of(c, g, own);
        if (isMasked) {
            float even = -infinity(), odd = -infinity();
#pragma unroll
            for (u32 i = 0; i < 8; i += 2) {
                max_or_nan_if(even, own[i], passing & 1u << 4 * i);
                max_or_nan_if(odd, own[i + 1], passing & 2u << 4 * i);
            }

            return max_or_nan(even, odd);
        }

        return max_or_nan(max_or_nan(max_or_nan(own[0], own[1]), max_or_nan(own[2], own[3])),
            max_or_nan(max_or_nan(own[4], own[5]), max_or_nan(own[6], own[7])));
    }

    // Looks at the parts of eight products in which a lane of the warp has one that reaches its cut.
    DEVICE_MEMBER void take_parts(const Block& block, const float (&c)[64], u32 query, u32 row0, float low, float high,
                                  const u64 (&mask)[4], u32 parts) {
        u32 before = count, seen = 0;
#pragma unroll 1
        for (; parts != 0; parts &= parts - 1) {
            u32 part = lowest_bit(parts), half = part / 4, row = row0 + 32 * (part % 4), passing = 0;
            float own[8];
            // No register is chosen by a number.
#pragma unroll
            for (u32 g = 0; g < 8; g++)
                if (g == part) {
                    products_of(c, g, own);
                    passing = passing_of(mask, g);
                }

            if (row + 32 > block.rows) passing &= row < block.rows ? (1u << (block.rows - row)) - 1 : 0;
            u32 kept = kept_of(own, half == 0 ? low : high) & passing, lanes = warp_ballot(kept != 0);
            // A tile's first survivor of a query is told from others: that of the first lane of four.
            u32 four = lanes >> (lane_id() & ~3u) & 15, first = 0;
            if ((seen >> half & 1) == 0 && (four & ((1u << (lane_id() & 3)) - 1)) == 0) first = FIRST_OF_TILE;
            if (four != 0) seen |= 1u << half;
            for (; lanes != 0; lanes = warp_ballot(kept != 0)) {
                u32 added = bit_count(lanes);
                if (count + added - drained > QUEUE) wait_for_room(added);
                if (kept != 0) {
                    u32 bit = lowest_bit(kept);
                    put(count + bit_count(lanes & ((1u << lane_id()) - 1)), chosen(own, bit),
                        (query + HALF_GROUP * half) | first, row + bit);
                    kept &= kept - 1;
                    first = 0;
                }

                count += added;
            }
        }

        if (count != before) publish();
    }

    DEVICE_MEMBER void publish() const {
        fence_block();
        warp_sync();
        if (lane_id() == 0) store_shared_changing(&ends->published, count);
    }

    DEVICE_MEMBER void wait_for_room(u32 added) {
        publish();
        while (true) {
            drained = load_shared_changing(&ends->drained);
            if (count + added - drained <= QUEUE) return;
            pause();
        }
    }

    DEVICE_MEMBER void put(u32 place, float product, u32 query, u32 row) const {
        words[place % QUEUE] = (u64)float_bits(product) << 32 | row;
        queries[place % QUEUE] = query;
    }

    // Bit 8 (i / 2) + i % 2 for the i-th product, as in masks.
    DEVICE_MEMBER static u32 kept_of(const float (&own)[8], float limit) {
        u32 kept = 0;
#pragma unroll
        for (u32 i = 0; i < 8; i++) kept |= (u32)!(own[i] < limit) << (8 * (i / 2) + i % 2);
        // NaN, which floats cannot score, reaches every cut but that of a query that is not there.
        return limit == infinity() ? 0 : kept;
    }

    DEVICE_MEMBER static float chosen(const float (&own)[8], u32 bit) {
        float low = bit & 8 ? (bit & 1 ? own[3] : own[2]) : (bit & 1 ? own[1] : own[0]);
        float high = bit & 8 ? (bit & 1 ? own[7] : own[6]) : (bit & 1 ? own[5] : own[4]);
        return bit & 16 ? high : low;
    }
};

template <u32 element> DEVICE float row_value(const u8* row, u32 i) {
    if (element == ELEMENT_FLOAT32) return ((const float*)row)[i];
    u16 bits = ((const u16*)row)[i];
    return element == ELEMENT_FLOAT16 ? float_from_half(bits) : float_from_bfloat(bits);
}

// The cosine of a row that is too short for floats; far closer than the error asks for.
template <u32 element> DEVICE float slow_cosine(const MappedTable& table, const float* query, u32 row) {
    const u8* values = table.rows + (u64)row * table.rowBytes;
    double dot = 0, rowSquared = 0, querySquared = 0;
#pragma unroll 1
    for (u32 i = 0; i < table.dim; i++) {
        double x = row_value<element>(values, i), q = query[i];
        dot += q * x;
        rowSquared += x * x;
        querySquared += q * q;
    }

    return rowSquared == 0 || querySquared == 0
        ? 0.0f : (float)(dot * inverse_square_root(querySquared) * inverse_square_root(rowSquared));
}

// One survivor goes to its query's list, and is counted.
template <u32 element>
DEVICE void write_survivor(const MappedTable& table, const Batch& batch, const Block& block, u64 word, u32 marked) {
    u32 query = marked & ~FIRST_OF_TILE;
    const QueryFacts& facts = block.facts[query];
    u32 row = (u32)word;
    float score = fused(float_from_bits((u32)(word >> 32)), facts.factor, facts.offset);
    if (score != score) score = slow_cosine<element>(table, batch.originals + (u64)query * table.dim, row);
    u32* levels = batch.levels + query * LEVELS_STRIDE;
    u32 bits = ordered_bits(score - facts.error), to = global_add(levels + SURVIVORS_PLACE, 1u);
    if (bits >= facts.base) {
        u32 level = smaller((bits - facts.base) >> facts.shift, LEVELS - 1);
        global_count(levels + level, 1);
        if (marked != query) global_count(levels + LEVELS + level, 1);
    }

    if (to < batch.capacity) batch.words[(u64)query * batch.capacity + to] = (u64)bits << 32 | row;
}

// Writes some queues out, all together, until they are closed and empty.
template <u32 element>
DEVICE void drain(const MappedTable& table, const Batch& batchAt, const Block& block, u32 firstQueue) {
    const Batch batch = batchAt;
    u32 open = 1;
    while (open != 0) {
        u32 from[QUEUES_A_DRAIN], ends[QUEUES_A_DRAIN], total = 0;
        open = 0;
#pragma unroll
        for (u32 i = 0; i < QUEUES_A_DRAIN; i++)
            open |= load_shared_changing(&block.ends[firstQueue + i * DRAINS].closed) ^ 1;
        fence_block();
#pragma unroll
        for (u32 i = 0; i < QUEUES_A_DRAIN; i++) {
            QueueEnds* queue = block.ends + firstQueue + i * DRAINS;
            from[i] = load_shared_changing(&queue->drained);
            total += load_shared_changing(&queue->published) - from[i];
            ends[i] = total;
        }

        fence_block();
        warp_sync();
        if (total == 0) {
            pause();
            continue;
        }

#pragma unroll 2
        for (u32 n = lane_id(); n < total; n += 32) {
            u32 queue = firstQueue, place = from[0] + n;
#pragma unroll
            for (u32 i = 1; i < QUEUES_A_DRAIN; i++) {
                bool isPast = n >= ends[i - 1];
                queue = isPast ? firstQueue + i * DRAINS : queue;
                place = isPast ? from[i] + n - ends[i - 1] : place;
            }

            u32 at = queue * QUEUE + place % QUEUE;
            write_survivor<element>(table, batch, block, block.words[at], block.queries[at]);
        }

        fence_block();
        warp_sync();
#pragma unroll
        for (u32 i = 0; i < QUEUES_A_DRAIN; i++)
            if (lane_id() == i)
                store_shared_changing(&block.ends[firstQueue + i * DRAINS].drained,
                    from[i] + ends[i] - (i == 0 ? 0 : ends[i == 0 ? 0 : i - 1]));
        warp_sync();
    }
}
