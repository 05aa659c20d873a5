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
        const Block& block, const float (&c)[64], u32 query, u32 tile, float low, float high, const u32 (&mask)[2]) {
        u32 kept[2] = {0, 0};
        if (isMasked) {
            kept[0] = reaching(c, 0, low) & mask[0];
            kept[1] = reaching(c, 1, high) & mask[1];
            if (warp_ballot((kept[0] | kept[1]) != 0) == 0) return;
        } else {
            // The most of all products tells a quarter as dear whether any reaches the cut.
            bool lower = warp_ballot(may_reach(most_bits(c, 0), low)) != 0;
            bool upper = warp_ballot(may_reach(most_bits(c, 1), high)) != 0;
            if (!lower && !upper) return;
            if (lower) kept[0] = reaching(c, 0, low);
            if (upper) kept[1] = reaching(c, 1, high);
        }

        take_kept(block, c, query, tile * TILE_ROWS + first_row(), kept);
    }

private:
    // The most of a lane's products with a query, as the integers that their bits are: in that order where it is positive,
    // and NaN is above all. A pair and the most so far is one instruction: odd numbers of products.
    DEVICE_MEMBER static i32 most_bits(const float (&c)[64], u32 half) {
        return larger(larger(most_from<0, 9>(c, half), most_from<9, 9>(c, half)),
            larger(most_from<18, 7>(c, half), most_from<25, 7>(c, half)));
    }

    template <u32 first, u32 count> DEVICE_MEMBER static i32 most_from(const float (&c)[64], u32 half) {
        i32 most = (i32)float_bits(c[product_of(half, first)]);
#pragma unroll
        for (u32 i = 1; i < count; i++) most = larger(most, (i32)float_bits(c[product_of(half, first + i)]));
        return most;
    }

    DEVICE_MEMBER static bool may_reach(i32 most, float limit) { return !(limit > 0) || most >= (i32)float_bits(limit); }

    // Which of a lane's products with a query reach its cut: a bit each, of 32 rows. NaN, which floats cannot score,
    // reaches every cut but that of a query that is not there. Two instructions a product, and none for its mask.
    DEVICE_MEMBER static u32 reaching(const float (&c)[64], u32 half, float limit) {
        float less = 0.0f - limit; // Never -0: then every product that equals the cut would give 0, and no -0.
        u32 below[4];
#pragma unroll
        for (u32 g = 0; g < 4; g++) {
            below[g] = 0;
#pragma unroll
            for (u32 i = 8; i-- > 0;) below[g] = push_sign(below[g], c[product_of(half, 8 * g + i)] + less);
        }

        u32 both = permute_bytes(permute_bytes(below[0], below[1], 0x5140), permute_bytes(below[2], below[3], 0x5140),
            0x5410);
        return limit == infinity() ? 0 : ~both;
    }

    DEVICE_MEMBER void take_kept(const Block& block, const float (&c)[64], u32 query, u32 row0, u32 (&kept)[2]) {
        if (row0 + 32 > block.rows) {
            u32 inside = row0 < block.rows ? (1u << (block.rows - row0)) - 1 : 0;
            kept[0] &= inside;
            kept[1] &= inside;
        }

        u32 before = count;
#pragma unroll
        for (u32 half = 0; half < 2; half++) {
            u32 lanes = warp_ballot(kept[half] != 0);
            // A tile's first survivor of a query is told from others: that of the first lane of four.
            bool isFirst = (lanes >> (lane_id() & ~3u) & ((1u << (lane_id() & 3)) - 1)) == 0;
            u32 marked = (query + HALF_GROUP * half) | (isFirst ? FIRST_OF_TILE : 0);
#pragma unroll 1
            for (; lanes != 0; lanes = warp_ballot(kept[half] != 0)) {
                u32 added = bit_count(lanes), i = lowest_bit(kept[half]);
                if (count + added - drained > QUEUE) wait_for_room(added);
                if (kept[half] != 0) {
                    put(count + bit_count(lanes & ((1u << lane_id()) - 1)), chosen(c, half, i), marked, row0 + i);
                    kept[half] &= kept[half] - 1;
                    marked &= ~FIRST_OF_TILE;
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

    // The i-th product with a query, by halves: no register is chosen by a number.
    DEVICE_MEMBER static float chosen(const float (&c)[64], u32 half, u32 i) {
        float left[16];
#pragma unroll
        for (u32 n = 0; n < 16; n++) left[n] = i & 16 ? c[product_of(half, n + 16)] : c[product_of(half, n)];
#pragma unroll
        for (u32 n = 0; n < 8; n++) left[n] = i & 8 ? left[n + 8] : left[n];
#pragma unroll
        for (u32 n = 0; n < 4; n++) left[n] = i & 4 ? left[n + 4] : left[n];
        float low = i & 1 ? left[1] : left[0], high = i & 1 ? left[3] : left[2];
        return i & 2 ? high : low;
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
