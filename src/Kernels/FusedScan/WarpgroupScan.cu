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
// Defines: those of its parts; TILE_ROWS is 128.

#define SCAN_SURETY 7.0f
#define PROGRESS_STEP 4u // tiles of a block that are counted at once, before the first of them

// What a warpgroup has of the block's tiles: every CONSUMERS-th.
struct Turn {
    u32 place, skips, tile, before, copies; // of copies: those that come before the tile's own, and with its own
    Stage first, stage;                     // the tile's first, and the one after it

    // Moves on to the next tile; false where there is none.
    DEVICE_MEMBER bool next(const Block& block) {
        for (; place < block.places; place += grid_blocks()) {
            tile = block.tile(place);
            if (tile >= block.tiles) continue;
            first = stage;
            before = copies;
            stage.move(block, block.chunks);
            copies += block.chunks;
            if (skips == 0) {
                skips = CONSUMERS - 1;
                return true;
            }

            skips--;
        }

        return false;
    }
};

// chunks is 1 or 2, or 0 for more.
template <u32 element, u32 chunks> DEVICE void consume(const MappedTable& table, const Batch& batch, const Block& block) {
    u32 own = warp_id();
    WarpQueue queue = {block.words + own * QUEUE, block.queries + own * QUEUE, block.ends + own, 0};
    bool isMasked = batch.masks != nullptr, hasNorms = table.norms != nullptr;
    float c[64];
    // Words of masks are asked for a step ahead.
    u64 mask[4] = {~0ull, ~0ull, ~0ull, ~0ull}, ahead[4] = {~0ull, ~0ull, ~0ull, ~0ull};
    Turn turn = {block_id(), own / 4, 0, 0, 0, {0, 0}, {0, 0}};
    bool isOne = turn.next(block);
    if (isOne && isMasked) load_masks(batch, block, 0, turn.tile, ahead);
    while (isOne) {
        Turn following = turn;
        following.place += grid_blocks();
        isOne = following.next(block);
        if (chunks != 0) wait_for_copies(block, turn.copies);
#pragma unroll 1
        for (u32 group = 0; group < block.groups; group++) {
            if (chunks == 0) multiply_long_tile<element>(block, c, turn.first, turn.before);
            else multiply_tile<element, chunks == 0 ? 1 : chunks>(block, c, group, turn.first);
            if (isMasked) {
#pragma unroll
                for (u32 i = 0; i < 4; i++) mask[i] = ahead[i];
                bool isLast = group == block.groups - 1;
                if (!isLast || isOne)
                    load_masks(batch, block, isLast ? 0 : group + 1, isLast ? following.tile : turn.tile, ahead);
            }

            float low = load_shared_changing(block.limits + query_of(group, 0));
            float high = load_shared_changing(block.limits + query_of(group, 1));
            if (chunks != 0) {
                group_wait(c);
                if (group == block.groups - 1 && lane_id() == 0) {
                    Stage used = turn.first;
                    used.release(block);
                    if (chunks == 2) {
                        used.move(block, 1);
                        used.release(block);
                    }
                }
            }

            if (hasNorms) apply_norms(table, block, group, turn.tile, c);
            if (block.samples) write_bests(batch, block, c, group, turn.place, turn.tile, mask);
            else queue.take(block, c, group, turn.tile, low, high, mask);
        }

        turn = following;
    }

    if (block.samples)
        for (u32 place = block_id(); place < block.places; place += grid_blocks())
            if (block.tile(place) >= block.tiles) clear_best(batch, block, place);
    fence_block();
    warp_sync();
    if (lane_id() == 0) store_shared_changing(&queue.ends->closed, 1u);
}

// Raises a query's cut by estimate; k rows may reach another level already.
DEVICE void raise_by_estimate(const Batch& batch, const Block& block, u32 query) {
    u32 begun = load_changing(batch.levels + PROGRESS_PLACE);
    float expected = (float)batch.k * (float)begun * reciprocal((float)block.tiles);
    u32 needed = tiles_needed(expected, 1u << UNIT_TILE_BITS, SCAN_SURETY);
    u32 reached = levels_reached_by(batch.levels + query * LEVELS_STRIDE + LEVELS, needed);
    if (reached != 0 && lane_id() == 0) global_max(batch.cuts + query, level_bits(batch, query, reached));
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
            if (batch.isEstimated != 0) raise_by_estimate(batch, block, query);
            if (grid_blocks() < block.queryCount) query = remainder_of(query + grid_blocks(), block.queryCount);
        }

        for (u32 q = lane_id(); q < block.queryCount; q += 32)
            store_shared_changing(block.limits + q, limit_of(batch, block.facts[q], q));
        for (u32 i = 0; i < RAISE_PAUSES; i++) pause();
    }
}

// Asks for the stages of all tiles, one after the other.
template <u32 element> DEVICE void ask_for_copies(const MappedTable& table, const Batch& batch, const Block& block) {
    const u32 elements = CHUNK_BYTES / (element == ELEMENT_FLOAT32 ? 4 : 2);
    Stage stage = {0, 1};
    u32 issued = 0, begun = 0;
    tensor_map_acquire(table.map);
    for (u32 place = block_id(); place < block.places; place += grid_blocks()) {
        u32 tile = block.tile(place);
        if (tile >= block.tiles) continue;
        if (batch.isEstimated != 0 && ++begun % PROGRESS_STEP == 1)
            global_add(batch.levels + PROGRESS_PLACE, (u32)PROGRESS_STEP);
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
    if (!has_query(batch)) return;

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

    u32 warp = warp_id();
    if (warp < CONSUMER_WARPS) consume<element, chunks>(table, batch, block);
    else if (warp == CONSUMER_WARPS) {
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
