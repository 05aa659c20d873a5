// The fused scan on compute capability 9.0a, where products of a warpgroup (wgmma) read rows and queries from shared
// memory by themselves: 64 queries and 128 rows at a time. Queries are M, so that a lane has scores of two queries
// only and two cuts to compare with. It wins for all rows of one embedding at every batch; listed rows, caps on groups
// and sums of embeddings are FusedScan's.
//
// A block an SM. One thread takes tiles and lets tensor copies fill a ring of stages, 128 bytes of 128 rows each; three
// warpgroups have the tiles in turn, for every group of 64 queries; what reaches a cut waits in a queue of its warp.
// Two warps write the queues out, since an atomic takes as long as a tile, and one raises the cuts and keeps them in
// shared memory: the warpgroups never wait for global memory, but for the masks of filters.
//
// Nothing here may be a call (integer division, square roots): ptxas then runs one product after the other.
// Defines: those of its parts; TILE_ROWS is 128.

#define SCAN_SURETY 7.0f
#define PLACES_AT_ONCE 2u // that a block takes: the next ones are known in time

// What a warpgroup has of the block's tiles: every CONSUMERS-th.
struct Turn {
    u32 number, copies; // its tile's, and the copies that come before that one's
    Stage first;        // the tile's first

    DEVICE_MEMBER void move(const Block& block, u32 tiles) {
        number += tiles;
        copies += tiles * block.chunks;
        first.move(block, tiles * block.chunks);
    }
};

// chunks is 1 or 2, or 0 for more.
template <u32 element, u32 chunks, bool isMasked>
DEVICE void consume(const MappedTable& table, const Batch& batchAt, const Block& block) {
    const Batch batch = batchAt;
    u32 own = one_for_all(warp_id()), query0 = keep(first_query());
    WarpQueue queue = {block.words + own * QUEUE, block.queries + own * QUEUE, block.ends + own, 0, 0};
    const float* limits = block.limits + query0;
    bool hasNorms = table.norms != nullptr;
    float c[64];
    u32 mask[2] = {~0u, ~0u};
    bool isLoaded = false;
    Turn turn = {0, 0, {0, 0}};
    turn.move(block, own / 4);
    while (true) {
        wait_for_copies(block, turn.copies + (chunks == 0 ? 1 : chunks));
        u32 tile = block.tile_of(turn.number), place = block.place_of(turn.number);
        if (tile == NO_TILE) break;
        Stage second = turn.first;
        if (chunks == 2) second.move(block, 1);
        if (chunks != 0) {
            turn.first.wait(block);
            if (chunks == 2) second.wait(block);
            warp_sync();
        }

#pragma unroll 1
        for (u32 group = 0; group < block.groups; group++) {
            if (chunks == 0) multiply_long_tile<element>(block, c, turn.first, turn.copies);
            else multiply_tile<element, chunks == 0 ? 1 : chunks>(block, c, group, turn.first, second);
            u32 query = query0 + group * GROUP_QUERIES;
            if (isMasked && !isLoaded) load_masks(block, query, tile, mask);
            float low = load_shared_changing(limits + group * GROUP_QUERIES);
            float high = load_shared_changing(limits + group * GROUP_QUERIES + HALF_GROUP);
            if (chunks != 0) {
                group_wait(c);
                if (group == block.groups - 1 && lane_id() == 0) {
                    turn.first.release(block);
                    if (chunks == 2) second.release(block);
                }
            }

            if (hasNorms) apply_norms(table, block, query, tile, c);
            if (block.samples) write_bests<isMasked>(batch, block, c, query, place, tile, mask);
            else queue.take<isMasked>(block, c, query, tile, low, high, mask);
            if (isMasked) {
                // Words come during the next products, where it is known which; not before the stages are let go, which
                // waits for all that was asked for.
                bool isLast = group == block.groups - 1;
                u32 next = !isLast ? tile
                    : block.tile_ahead(turn.number + CONSUMERS, turn.copies + CONSUMERS * block.chunks + 1);
                isLoaded = next != NO_TILE;
                if (isLoaded) load_masks(block, isLast ? query0 : query + GROUP_QUERIES, next, mask);
            }
        }

        turn.move(block, CONSUMERS);
    }

    fence_block();
    warp_sync();
    if (lane_id() == 0) store_shared_changing(&queue.ends->closed, 1u);
}

// Raises a query's cut by estimate; k rows may reach another level already.
DEVICE void raise_by_estimate(const Batch& batch, const Block& block, u32 query) {
    if (!is_scanned(batch, query)) return;
    u32 begun = smaller(load_changing(batch.levels + PROGRESS_PLACE), block.places);
    float expected = (float)batch.k * (float)begun * reciprocal((float)block.places);
    u32 needed = tiles_needed(expected, 1u << UNIT_TILE_BITS, SCAN_SURETY);
    u32 reached = levels_reached_by(batch.levels + query * LEVELS_STRIDE + LEVELS, needed);
    if (reached != 0 && lane_id() == 0) global_max(batch.cuts + query, level_bits(batch, query, reached));
}

// Raises a few queries' cuts, as other blocks do others, and takes over what all have raised.
DEVICE void raise(const Batch& batchAt, const Block& block) {
    const Batch batch = batchAt;
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
            if (batch.isEstimated != 0) raise_by_estimate(batch, block, query);
            if (grid_blocks() < block.queryCount) query = remainder_of(query + grid_blocks(), block.queryCount);
        }

        for (u32 q = lane_id(); q < block.queryCount; q += 32)
            store_shared_changing(block.limits + q, limit_of(batch, block.facts[q], q));
        for (u32 i = 0; i < RAISE_PAUSES; i++) pause();
    }
}

// A tile's copies: its number first, and how many were asked for after each.
template <u32 element> DEVICE void copy_tile(
    const MappedTable& table, const Block& block, u32 number, u32 tile, u32 place, Stage& stage, u32& issued) {
    const u32 elements = CHUNK_BYTES / (element == ELEMENT_FLOAT32 ? 4 : 2);
    block.set_tile(number, tile, place);
    for (u32 chunk = 0; chunk < block.chunks; chunk++) {
        mbarrier_wait(block.empty + 8 * stage.slot, stage.phase);
        u32 barrier = block.full + 8 * stage.slot;
        mbarrier_expect(barrier, STAGE_BYTES);
        tensor_copy(stage.at(block), table.map, chunk * elements, tile, barrier);
        store_shared_changing(block.issued, ++issued);
        stage.move(block, 1);
    }
}

// Asks for tiles, as blocks have time for them: blocks that keep together read neighbouring tiles at the same time.
// Those of a sample are dealt out.
template <u32 element> DEVICE void ask_for_copies(const MappedTable& table, const Batch& batch, const Block& block) {
    Stage stage = {0, 1};
    u32 issued = 0, number = 0, atOnce = block.samples ? 1 : PLACES_AT_ONCE;
    u32* places = batch.levels + PROGRESS_PLACE;
    tensor_map_acquire(table.map);
    u32 next = block.samples ? block_id() : global_add(places, PLACES_AT_ONCE);
    while (next < block.places) {
        u32 first = next, end = smaller(first + atOnce, block.places);
        // The answer comes while these are copied.
        next = block.samples ? first + grid_blocks() : global_add(places, PLACES_AT_ONCE);
        for (u32 place = first; place < end; place++) {
            u32 tile = block.samples ? block.order.spread(place) : block.order.tile(place);
            if (tile < block.tiles) copy_tile<element>(table, block, number++, tile, place, stage, issued);
            else if (block.samples) clear_best(batch, block, place);
        }
    }

    for (u32 i = 0; i < CONSUMERS; i++) block.set_tile(number + i, NO_TILE, 0);
    store_shared_changing(block.issued, issued + CONSUMERS * block.chunks);
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
        QueryFacts facts = {nullptr, 0, 0, 0, 0, 0, 0};
        block.limits[q] = infinity();
        if (q < block.queryCount) {
            facts = {nullptr, batch.factors[q], batch.offsets[q], batch.errors[q], 0, 0, 0};
            if (!block.samples) {
                facts.base = batch.levelBases[q];
                facts.shift = batch.levelShifts[q];
            }

            u32 filter = batch.masks != nullptr ? batch.filters[q] : NO_FILTER;
            if (filter != NO_FILTER) facts.mask = (const u32*)(batch.masks + filter * batch.maskWords);
            block.limits[q] = limit_of(batch, facts, q);
        }

        block.facts[q] = facts;
    }

    copy_queries(batch, block);
}

template <u32 element, u32 chunks> DEVICE void scan(const MappedTable& table, const Batch& batch, u32 stageCount) {
    SHARED_BYTES(shared);
    if (!has_query(batch)) return;

    u32 base = one_for_all((shared_address(shared) + 1023) & ~1023u);
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
    block.numbers = (u64*)(block.limits + block.groups * GROUP_QUERIES);
    block.issued = (u32*)(block.numbers + TILE_RING);
    block.rows = table.rowCount;
    block.tiles = (block.rows + TILE_ROWS - 1) / TILE_ROWS;
    block.order.start(block.tiles);
    block.places = block.order.count();
    if (block.samples) block.places = block.tiles > 0 ? batch.sampleRows : 0;

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

    u32 warp = one_for_all(warp_id());
    if (warp < CONSUMER_WARPS) {
        if (batch.masks != nullptr) consume<element, chunks, true>(table, batch, block);
        else consume<element, chunks, false>(table, batch, block);
    } else if (warp == CONSUMER_WARPS) {
        if (lane_id() == 0) ask_for_copies<element>(table, batch, block);
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
