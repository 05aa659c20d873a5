// The fused scan on compute capability 9.0a, where products of a warpgroup (wgmma) read rows and queries from shared
// memory by themselves: 64 queries and 128 rows at a time. Queries are M, so that a lane has scores of two queries
// only and two cuts to compare with. It wins for all rows of one embedding at every batch; listed rows, caps on groups
// and sums of embeddings are FusedScan's.
//
// A block an SM. One thread lets tensor copies fill a ring of stages, 128 bytes of 128 rows each; three warpgroups take
// tiles in turn, for every group of 64 queries; what reaches a cut waits in a queue of its warp. Two warps write the
// queues out, since an atomic takes as long as a tile, and one raises the cuts and keeps them in shared memory: the
// warpgroups never wait for global memory, but for the masks of filters.
//
// Nothing here may be a call (integer division, square roots): ptxas then runs one product after the other.
// Defines: LEVELS, UNIT_TILE_BITS, UNITS_MAX, NORM_MIN_BITS, ELEMENT_*, METRIC_*,
// TILE_ROWS (128), CONSUMERS, QUEUE.

#define CHUNK_BYTES 128u // of a row or a query: a stage, and what a tensor copy takes
#define STAGE_BYTES (TILE_ROWS * CHUNK_BYTES)
#define GROUP_QUERIES 64u
#define GROUP_BYTES (GROUP_QUERIES * CHUNK_BYTES)
#define CONSUMER_WARPS (4 * CONSUMERS)
#define DRAINS 2u
#define QUEUES_A_DRAIN (CONSUMER_WARPS / DRAINS)
#define THREADS (128 * (CONSUMERS + 1))
#define RAISERS 4u // of all blocks, a query: more would only wait for the same lines
#define RAISE_PAUSES 16u

// CudaScanTable in C#.
struct MappedTable {
    const u8* rows;
    const float* norms; // [row], or null
    u32 rowCount;
    u32 rowBytes;
    u32 dim;
    u32 metric;
    u64 unused[4];
    u64 map[16];        // for tensor_copy
};

// Of a power of two.
DEVICE float inverse_power(float v) { return float_from_bits(0x7f000000u - float_bits(v)); }
// What another warp changes; the same number for all lanes.
DEVICE u32 load_shared_changing(const u32* p) { return warp_shuffle(*(const volatile u32*)p, 0); }
DEVICE float load_shared_changing(const float* p) { return *(const volatile float*)p; }
template <class T> DEVICE void store_shared_changing(T* p, T v) { *(volatile T*)p = v; }

// What the scan needs of a query, in shared memory.
struct QueryFacts { float factor, offset, error; u32 base, shift, filter; };
// How far a queue has been written, published and read; it is closed when no more will come.
struct QueueEnds { u32 tail, published, drained, closed; };

// What all threads of a block know.
struct Block {
    u64* words;         // [queue][QUEUE]: a product and its row
    u32* queries;       // [queue][QUEUE]: their queries
    QueueEnds* ends;    // [queue]
    QueryFacts* facts;  // [query]
    float* limits;      // [query]: the cut as a product of the tensor cores; infinite where there is no query
    u32* issued;        // stages that were asked for
    u32 queriesAt, stages, full, empty, stageCount, groups, chunks, queryCount;
    u32 rows, tiles, places;
    TileOrder order;
    bool samples;
};

template <u32 element> DEVICE void multiply_group(float (&c)[64], u64 a, u64 b, bool adds) {
    if (element == ELEMENT_FLOAT16) group_mma_half(c, a, b, adds);
    else if (element == ELEMENT_BFLOAT16) group_mma_bfloat(c, a, b, adds);
    else group_mma_tf32(c, a, b, adds);
}

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

// The query of a lane's lower or upper eight rows of M. Warps take every fourth query, so that a small batch is
// everybody's work.
DEVICE u32 query_of(u32 group, u32 half) {
    return group * GROUP_QUERIES + (half * 8 + (lane_id() >> 2)) * 4 + (warp_id() & 3);
}

// A lane's products are taken eight at a time: of query half g / 4, in the columns from 32 (g % 4) on, where the i-th
// is in column 8 (i / 2) + i % 2 of them, after the lane's first.
DEVICE void products_of(const float (&c)[64], u32 g, float (&own)[8]) {
#pragma unroll
    for (u32 i = 0; i < 8; i++) own[i] = c[4 * (4 * (g % 4) + i / 2) + 2 * (g / 4) + i % 2];
}
DEVICE u32 first_column() { return 2 * (lane_id() & 3); }

// Which of the tile's rows pass, for a lane's two queries, from the lane's first column on: two words each.
DEVICE void load_masks(const Batch& batch, const Block& block, u32 group, u32 tile, u64 (&mask)[4]) {
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
        u32 query = query_of(group, i / 2), filter = query < block.queryCount ? block.facts[query].filter : NO_FILTER;
        u64 word = tile * 2ull + i % 2;
        mask[i] = filter == NO_FILTER ? ~0ull
            : word < batch.maskWords ? batch.masks[filter * batch.maskWords + word] >> first_column() : 0;
    }
}

// What norms make of products: cosines, or the part of an euclidean score that depends on the row.
DEVICE void apply_norms(const MappedTable& table, const Block& block, u32 group, u32 tile, float (&c)[64]) {
    float scales[2];
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        u32 query = query_of(group, half);
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

DEVICE void write_sample(const Batch& batch, const Block& block, const float (&c)[64], u32 group, u32 place, u32 tile,
                         const u64 (&mask)[4]) {
#pragma unroll
    for (u32 j = 0; j < 16; j++)
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            u32 query = query_of(group, i / 2), bit = 8 * j + i % 2, column = bit + first_column();
            u32 to = place * TILE_ROWS + column;
            if (query >= block.queryCount || to >= batch.sampleRows) continue;
            if (block.limits[query] == infinity()) continue; // not for this launch
            bool passes = tile * TILE_ROWS + column < block.rows && (mask[i / 2 * 2 + j / 8] >> bit % 64 & 1);
            float score = fused(c[4 * j + i], block.facts[query].factor, block.facts[query].offset);
            *sample_at(batch, query, to) = passes && score == score ? score : -infinity();
        }
}

// The same for a place that has no tile; all warps that take tiles together.
DEVICE void clear_place(const Batch& batch, const Block& block, u32 place) {
    for (u32 query = warp_id(); query < block.queryCount; query += CONSUMER_WARPS) {
        if (block.limits[query] == infinity()) continue;
        for (u32 to = place * TILE_ROWS + lane_id(); to < (place + 1) * TILE_ROWS && to < batch.sampleRows; to += 32)
            *sample_at(batch, query, to) = -infinity();
    }
}

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
        u32 start = drained(), row0 = tile * TILE_ROWS + first_column();
        // No register is chosen by a number: so the code stands eight times, behind a branch of the whole warp.
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
                if (place - start < QUEUE) put(place, chosen(own, bit), query, row);
            }

            warp_sync();
        }

        u32 tail = load_shared_changing(&ends->tail);
        if (tail - start > QUEUE) {
            take_slowly(block, c, group, row0, low, high, mask, left);
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
                                   const u64 (&mask)[4], u32 left) {
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

                if (isKept) put(count + bit_count(lanes & ((1u << lane_id()) - 1)), chosen(own, bit), query, row);
                count += added;
            }
        }

        publish();
        if (lane_id() == 0) store_shared_changing(&ends->tail, count);
        warp_sync();
    }
};

// A place in the ring.
struct Stage {
    u32 slot, phase;

    DEVICE_MEMBER void move(const Block& block, u32 stages) {
        slot += stages;
        while (slot >= block.stageCount) {
            slot -= block.stageCount;
            phase ^= 1;
        }
    }

    DEVICE_MEMBER void wait(const Block& block) const { mbarrier_wait(block.full + 8 * slot, phase); }

    DEVICE_MEMBER void release(const Block& block) const { mbarrier_arrive(block.empty + 8 * slot); }

    DEVICE_MEMBER u32 at(const Block& block) const { return block.stages + slot * STAGE_BYTES; }
};

// Waits until a number of stages was asked for. A stage's barrier tells neighbouring phases apart only: nobody may ask
// it for a phase before the one before has ended.
DEVICE void wait_for_copies(const Block& block, u32 stages) {
    while ((i32)(load_shared_changing(block.issued) - stages) < 0) pause();
}

// Products of a tile of one or two chunks with a group of queries.
template <u32 element, u32 chunks>
DEVICE void multiply_tile(const Block& block, float (&c)[64], u32 group, Stage first) {
    Stage second = first;
    if (chunks == 2) second.move(block, 1);
    first.wait(block);
    if (chunks == 2) second.wait(block);
    u64 a = group_operand(block.queriesAt + group * chunks * GROUP_BYTES);
    u64 b = group_operand(first.at(block)), after = group_operand(second.at(block));
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
        u64 a = group_operand(block.queriesAt + chunk * GROUP_BYTES), b = group_operand(stage.at(block));
        group_fence(c);
#pragma unroll
        for (u32 k = 0; k < 4; k++) multiply_group<element>(c, a + 2 * k, b + 2 * k, true);
        group_commit();
        group_wait(c);
        if (lane_id() == 0) stage.release(block);
        stage.move(block, 1);
    }
}

// chunks is 1 or 2, or 0 for more.
template <u32 element, u32 chunks> DEVICE void consume(const MappedTable& table, const Batch& batch, const Block& block) {
    u32 own = warp_id(), turn = own / 4, copies = 0;
    WarpQueue queue = {block.words + own * QUEUE, block.queries + own * QUEUE, block.ends + own, 0};
    Stage stage = {0, 0};
    bool isMasked = batch.masks != nullptr, hasNorms = table.norms != nullptr;
    float c[64];
    for (u32 place = block_id(); place < block.places; place += grid_blocks()) {
        u32 tile = block.order.tile(place);
        if (tile >= block.tiles) {
            if (block.samples) clear_place(batch, block, place);
            continue;
        }

        Stage first = stage;
        u32 before = copies;
        stage.move(block, block.chunks);
        copies += block.chunks;
        if (turn != 0) {
            turn--;
            continue;
        }

        turn = CONSUMERS - 1;
        if (chunks != 0) wait_for_copies(block, copies);
#pragma unroll 1
        for (u32 group = 0; group < block.groups; group++) {
            if (chunks == 0) multiply_long_tile<element>(block, c, first, before);
            else multiply_tile<element, chunks == 0 ? 1 : chunks>(block, c, group, first);
            u64 mask[4] = {~0ull, ~0ull, ~0ull, ~0ull};
            if (isMasked) load_masks(batch, block, group, tile, mask);
            float low = load_shared_changing(block.limits + query_of(group, 0));
            float high = load_shared_changing(block.limits + query_of(group, 1));
            if (chunks != 0) {
                group_wait(c);
                if (group == block.groups - 1 && lane_id() == 0) {
                    Stage used = first;
                    used.release(block);
                    if (chunks == 2) {
                        used.move(block, 1);
                        used.release(block);
                    }
                }
            }

            if (hasNorms) apply_norms(table, block, group, tile, c);
            if (block.samples) write_sample(batch, block, c, group, place, tile, mask);
            else queue.take(block, c, group, tile, low, high, mask);
        }
    }

    fence_block();
    warp_sync();
    if (lane_id() == 0) store_shared_changing(&queue.ends->closed, 1u);
}

// One survivor goes to its query's list, and is counted.
template <u32 element>
DEVICE void write_survivor(const MappedTable& table, const Batch& batch, const Block& block, u64 word, u32 query) {
    const QueryFacts& facts = block.facts[query];
    u32 row = (u32)word;
    float score = fused(float_from_bits((u32)(word >> 32)), facts.factor, facts.offset);
    if (score != score) score = slow_cosine<element>(table, batch.originals + (u64)query * table.dim, row);
    u32* levels = batch.levels + query * LEVELS_STRIDE;
    u32 bits = ordered_bits(score - facts.error), to = global_add(levels + LEVELS, 1u);
    if (bits >= facts.base) global_add(levels + smaller((bits - facts.base) >> facts.shift, LEVELS - 1), 1u);
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

DEVICE float limit_of(const Batch& batch, const QueryFacts& facts, u32 query) {
    return (float_from_ordered(load_changing(batch.cuts + query)) - facts.error - facts.offset)
        * inverse_power(facts.factor);
}

// Raises a few queries' cuts, as other blocks do others, and takes over what all have raised.
DEVICE void raise(const Batch& batch, const Block& block) {
    u32 apart = quotient(grid_blocks(), RAISERS * block.queryCount), open = 1;
    if (apart == 0) apart = 1;
    u32 turn = quotient(block_id(), apart), query = remainder_of(turn, block.queryCount);
    bool raises = turn * apart == block_id();
    while (open != 0) {
        open = 0;
#pragma unroll 1
        for (u32 queue = 0; queue < CONSUMER_WARPS; queue++) open |= load_shared_changing(&block.ends[queue].closed) ^ 1;
        if (raises) {
            raise_cut(batch, query);
            if (grid_blocks() < block.queryCount) query = remainder_of(query + grid_blocks(), block.queryCount);
        }

        for (u32 q = lane_id(); q < block.queryCount; q += 32)
            store_shared_changing(block.limits + q, limit_of(batch, block.facts[q], q));
        for (u32 i = 0; i < RAISE_PAUSES; i++) pause();
    }
}

// Asks for the stages of all tiles, one after the other.
template <u32 element> DEVICE void ask_for_copies(const MappedTable& table, const Block& block) {
    const u32 elements = CHUNK_BYTES / (element == ELEMENT_FLOAT32 ? 4 : 2);
    Stage stage = {0, 1};
    u32 issued = 0;
    tensor_map_acquire(table.map);
    for (u32 place = block_id(); place < block.places; place += grid_blocks()) {
        u32 tile = block.order.tile(place);
        if (tile >= block.tiles) continue;
        for (u32 chunk = 0; chunk < block.chunks; chunk++) {
            mbarrier_wait(block.empty + 8 * stage.slot, stage.phase);
            u32 barrier = block.full + 8 * stage.slot;
            mbarrier_expect(barrier, STAGE_BYTES);
            tensor_copy(stage.at(block), table.map, chunk * elements, tile * TILE_ROWS, barrier);
            store_shared_changing(block.issued, ++issued);
            stage.move(block, 1);
        }
    }
}

// Queries in shared memory as group_operand says: [group][chunk][query of the group][128 bytes].
DEVICE void copy_queries(const Batch& batch, const Block& block) {
    u32 pieces = block.chunks * (CHUNK_BYTES / 16);
    for (u32 m = warp_id(); m < block.groups * GROUP_QUERIES; m += block_threads() / 32) {
        u32 group = m / GROUP_QUERIES, in = m % GROUP_QUERIES, query = group * GROUP_QUERIES + in % 16 * 4 + in / 16;
        for (u32 piece = lane_id(); piece < pieces; piece += 32) {
            U4 v = {0, 0, 0, 0};
            if (query < block.queryCount)
                v = *(const U4*)(batch.queries + (u64)query * batch.queryBytes + piece * 16);
            u32 at = block.queriesAt + (group * block.chunks + piece / 8) * GROUP_BYTES;
            store_shared16(at + in * CHUNK_BYTES + (((piece & 7) ^ (in & 7)) << 4), v);
        }
    }
}

DEVICE void ready_queries(const Batch& batch, const Block& block) {
    for (u32 q = thread_id(); q < block.groups * GROUP_QUERIES; q += block_threads()) {
        if (q >= block.queryCount) {
            block.limits[q] = infinity();
            continue;
        }

        QueryFacts facts = {batch.factors[q], batch.offsets[q], batch.errors[q], 0, 0, NO_FILTER};
        if (!block.samples) {
            facts.base = batch.levelBases[q];
            facts.shift = batch.levelShifts[q];
        }

        if (batch.masks != nullptr) facts.filter = batch.filters[q];
        block.facts[q] = facts;
        block.limits[q] = limit_of(batch, facts, q);
    }

    copy_queries(batch, block);
}

template <u32 element, u32 chunks> DEVICE void scan(const MappedTable& table, const Batch& batch, u32 stageCount) {
    SHARED_BYTES(shared);
    u32 base = (shared_address(shared) + 1023) & ~1023u;
    u8* rest = shared + (base - shared_address(shared));
    Block block;
    block.samples = batch.sample != nullptr;
    block.stageCount = stageCount;
    block.queryCount = batch.queryCount;
    block.groups = (batch.queryCount + GROUP_QUERIES - 1) / GROUP_QUERIES;
    block.chunks = (table.rowBytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
    block.queriesAt = base;
    block.stages = base + block.groups * block.chunks * GROUP_BYTES;
    block.full = block.stages + stageCount * STAGE_BYTES;
    block.empty = block.full + 8 * stageCount;
    block.words = (u64*)(rest + (block.empty - base) + 8 * stageCount);
    block.queries = (u32*)(block.words + CONSUMER_WARPS * QUEUE);
    block.ends = (QueueEnds*)(block.queries + CONSUMER_WARPS * QUEUE);
    block.facts = (QueryFacts*)(block.ends + CONSUMER_WARPS);
    block.limits = (float*)(block.facts + block.groups * GROUP_QUERIES);
    block.issued = (u32*)(block.limits + block.groups * GROUP_QUERIES);
    block.rows = table.rowCount;
    block.tiles = (block.rows + TILE_ROWS - 1) / TILE_ROWS;
    block.order.start(block.tiles);
    block.places = block.order.count();
    if (block.samples) {
        clear_sample(batch, block.places * TILE_ROWS);
        block.places = smaller(block.places, (batch.sampleRows + TILE_ROWS - 1) / TILE_ROWS);
    }

    if (thread_id() == 0) {
        for (u32 i = 0; i < stageCount; i++) {
            mbarrier_init(block.full + 8 * i, 1);
            mbarrier_init(block.empty + 8 * i, 4); // the warps of whoever has the tile
        }

        mbarrier_init_fence();
        *block.issued = 0;
    }

    for (u32 i = thread_id(); i < CONSUMER_WARPS; i += block_threads()) block.ends[i] = QueueEnds{0, 0, 0, 0};
    ready_queries(batch, block);
    fence_async_shared();
    block_sync();

    u32 warp = warp_id();
    if (warp < CONSUMER_WARPS) consume<element, chunks>(table, batch, block);
    else if (warp == CONSUMER_WARPS) {
        if (lane_id() == 0) ask_for_copies<element>(table, block);
    } else if (!block.samples) {
        if (warp == CONSUMER_WARPS + 1) raise(batch, block);
        else drain<element>(table, batch, block, warp - CONSUMER_WARPS - 2);
    }
}

#define SCAN_KERNEL(kind, element, chunks) \
    KERNEL(scan_group_##kind##_##chunks, (THREADS, 1), const MappedTable* table, const Batch* batch, u32 stageCount) { \
        scan<element, chunks>(*table, *batch, stageCount); \
    }
#define SCAN_KERNELS(kind, element) \
    SCAN_KERNEL(kind, element, 1) \
    SCAN_KERNEL(kind, element, 2) \
    SCAN_KERNEL(kind, element, 0)
SCAN_KERNELS(half, ELEMENT_FLOAT16)
SCAN_KERNELS(bfloat, ELEMENT_BFLOAT16)
SCAN_KERNELS(float, ELEMENT_FLOAT32)
