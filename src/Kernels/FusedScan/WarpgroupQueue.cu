// Survivors on their way: from products to the queue of a warp, and by another warp to the lists of their queries.
// Defines: QUEUE, LEVELS, SURVIVORS_PLACE, ELEMENT_*.

// With a query: this survivor stands for its tile. Another of the tile may be better, which only counts too little.
#define FIRST_OF_TILE 0x80000000u

// A warp's side of its queue.
struct WarpQueue {
    u64* words;
    u32* queries;
    QueueEnds* ends;
    u32 count; // published

    DEVICE_MEMBER void publish() const {
        fence_block();
        warp_sync();
        if (lane_id() == 0) store_shared_changing(&ends->published, count);
    }

    DEVICE_MEMBER void put(u32 place, float product, u32 query, u32 row) const {
        words[place % QUEUE] = (u64)float_bits(product) << 32 | row;
        queries[place % QUEUE] = query;
    }

    // Of a lane's two queries those of whose survivors in this tile it has the first, as FIRST_OF_TILE says, from the
    // parts of its products that have any: bit 0 and bit 1.
    DEVICE_MEMBER static u32 firsts(u32 parts) {
        u32 quad = lane_id() & ~3u, before = (1u << (lane_id() & 3)) - 1;
        u32 low = warp_ballot((parts & 15) != 0) >> quad, high = warp_ballot(parts >> 4 != 0) >> quad;
        return ((low & before) == 0 ? 1u : 0) | ((high & before) == 0 ? 2u : 0);
    }

    // A query's survivor: the first of a tile is told from others, once.
    DEVICE_MEMBER static u32 marked(u32 query, u32 half, u32& first) {
        u32 is = first >> half & 1;
        first &= ~(1u << half);
        return query | is * FIRST_OF_TILE;
    }

    DEVICE_MEMBER u32 drained() const { return load_shared_changing(&ends->drained); }

    // Queues what reaches the cuts of a lane's two queries and passes.
    DEVICE_MEMBER void take(
        const Block& block, const float (&c)[64], u32 group, u32 tile, float low, float high, const u64 (&mask)[4]) {
        u32 hits = 0;
#pragma unroll
        for (u32 g = 0; g < 8; g++) {
            float own[8], limit = g < 4 ? low : high;
            products_of(c, g, own);
            float best = max_or_nan(max_or_nan(max_or_nan(own[0], own[1]), max_or_nan(own[2], own[3])),
                max_or_nan(max_or_nan(own[4], own[5]), max_or_nan(own[6], own[7])));
            hits |= (u32)!(best < limit) << g;
        }

        u32 left = warp_or(hits);
        if (left == 0) return;
        // No register is chosen by a number: so the code stands eight times, behind a branch of the whole warp.
        u32 parts = 0;
#pragma unroll
        for (u32 g = 0; g < 8; g++) {
            if ((left >> g & 1) == 0) continue;
            float own[8];
            products_of(c, g, own);
            parts |= (u32)(kept_of(own, g < 4 ? low : high, mask, g) != 0) << g;
        }

        left = warp_or(parts);
        if (left == 0) return;
        u32 first = firsts(parts), start = drained(), row0 = tile * TILE_ROWS + first_column(), isFirst = first;
#pragma unroll
        for (u32 g = 0; g < 8; g++) {
            if ((left >> g & 1) == 0) continue;
            float own[8];
            products_of(c, g, own);
            u32 query = query_of(group, g / 4);
            for (u32 kept = kept_of(own, g < 4 ? low : high, mask, g); kept != 0; kept &= kept - 1) {
                u32 bit = lowest_bit(kept), row = row0 + 32 * (g % 4) + bit;
                if (row >= block.rows) continue;
                u32 place = shared_add(&ends->tail, 1u);
                if (place - start < QUEUE) put(place, chosen(own, bit), marked(query, g / 4, isFirst), row);
            }

            warp_sync();
        }

        u32 tail = load_shared_changing(&ends->tail);
        if (tail - start > QUEUE) {
            take_slowly(block, c, group, row0, low, high, mask, left, first);
        } else if (tail != count) {
            count = tail;
            publish();
        }
    }

private:
    // Bit 8 (i / 2) + i % 2 for the i-th product, as in masks.
    DEVICE_MEMBER static u32 kept_of(const float (&own)[8], float limit, const u64 (&mask)[4], u32 g) {
        u32 kept = 0;
#pragma unroll
        for (u32 i = 0; i < 8; i++) kept |= (u32)!(own[i] < limit) << (8 * (i / 2) + i % 2);
        // NaN, which floats cannot score, reaches every cut but that of a query that is not there.
        return limit == infinity() ? 0 : kept & (u32)(mask[g / 2] >> (32 * (g & 1)));
    }

    DEVICE_MEMBER static float chosen(const float (&own)[8], u32 bit) {
        float low = bit & 8 ? (bit & 1 ? own[3] : own[2]) : (bit & 1 ? own[1] : own[0]);
        float high = bit & 8 ? (bit & 1 ? own[7] : own[6]) : (bit & 1 ? own[5] : own[4]);
        return bit & 16 ? high : low;
    }

    // More than the queue has room for: from the start again, all lanes together, and waiting for room.
    DEVICE_MEMBER void take_slowly(const Block& block, const float (&c)[64], u32 group, u32 row0, float low, float high,
                                   const u64 (&mask)[4], u32 left, u32 isFirst) {
#pragma unroll
        for (u32 g = 0; g < 8; g++) {
            if ((left >> g & 1) == 0) continue;
            float own[8];
            products_of(c, g, own);
            u32 kept = kept_of(own, g < 4 ? low : high, mask, g), query = query_of(group, g / 4);
#pragma unroll 1
            for (u32 i = 0; i < 8; i++) {
                u32 bit = 8 * (i / 2) + i % 2, row = row0 + 32 * (g % 4) + bit;
                bool isKept = (kept >> bit & 1) && row < block.rows;
                u32 lanes = warp_ballot(isKept), added = bit_count(lanes);
                if (count + added - drained() > QUEUE) {
                    publish();
                    while (count + added - drained() > QUEUE) pause();
                }

                if (isKept)
                    put(count + bit_count(lanes & ((1u << lane_id()) - 1)), chosen(own, bit),
                        marked(query, g / 4, isFirst), row);
                count += added;
            }
        }

        publish();
        if (lane_id() == 0) store_shared_changing(&ends->tail, count);
        warp_sync();
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
        global_add(levels + level, 1u);
        if (marked != query) global_add(levels + LEVELS + level, 1u);
    }

    if (to < batch.capacity) batch.words[(u64)query * batch.capacity + to] = (u64)bits << 32 | row;
}

// Writes some queues out, all together, until they are closed and empty.
template <u32 element>
DEVICE void drain(const MappedTable& table, const Batch& batch, const Block& block, u32 firstQueue) {
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
