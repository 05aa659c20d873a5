// The fused scan of codes, a bit a component: the dot product of a query of whole numbers and the signs of a row, as
// CodeScores.cs has it, by population counts. Scores are exact, so that nothing is lost to rounding.
// A lane has some rows, a warp tiles of its own: codes are read once a group of queries, from the caches after the
// first, and nothing is staged. What is rare - survivors on their way out, cuts that rise, the sample, listed rows -
// stands in calls outside the loop over tiles, and a batch is read where it is needed: what lives across a call, or is
// copied, the compiler keeps in memory, and then the loop waits for that and not for codes.
// Defines: those of CodeQueue.cu, CODE_ROWS_1, CODE_ROWS_4, PLANES_MAX.

// What the loop over tiles knows, at the front of shared memory: read again after each call, so that nothing of it has
// to be kept across one.
struct alignas(16) Facts {
    const u8* rows;
    u32 rowCount, rowBytes, isListed;
    Sizes sizes;
    TileOrder order;
    u32 all; // tiles
};

static_assert(sizeof(Facts) <= FACTS_BYTES, "what follows in shared memory");

// Adds a word of a lane's rows for some queries: minus two a bit that differs where queries are codes, else what a
// plane's bit is worth a bit that both have.
template <u32 group, u32 rows>
DEVICE void add_word(i32 (&totals)[rows][group], const u64 (&code)[rows], const u64* query, u32 words, u32 planes) {
    if (planes == 1) {
#pragma unroll
        for (u32 g = 0; g < group; g++)
#pragma unroll
            for (u32 r = 0; r < rows; r++) totals[r][g] -= 2 * (i32)bit_count(code[r] ^ query[g * words]);
        return;
    }

#pragma unroll 1
    for (u32 p = 0; p < PLANES_MAX; p++) {
        i32 worth = p == PLANES_MAX - 1 ? -(2 << p) : 2 << p;
#pragma unroll
        for (u32 g = 0; g < group; g++)
#pragma unroll
            for (u32 r = 0; r < rows; r++)
                totals[r][g] += worth * (i32)bit_count(code[r] & query[(g * PLANES_MAX + p) * words]);
    }
}

// The rows of a lane: of a place r * 32 + lane of the tile; all bits set where there is none.
template <u32 rows> DEVICE void find_rows(u32 (&rowOf)[rows], const u32* list, u32 start, u32 rowCount) {
#pragma unroll
    for (u32 r = 0; r < rows; r++) {
        u32 place = start + r * 32 + lane_id();
        rowOf[r] = place >= rowCount ? ~0u : list != nullptr ? list[place] : place;
    }
}

template <u32 group, u32 rows>
DEVICE void add_rows(i32 (&totals)[rows][group], const u32 (&rowOf)[rows], const Table* at, const Sizes& sizes,
                     const u64* query) {
#pragma unroll 1
    for (u32 w = 0; w < sizes.words; w++) {
        u64 code[rows];
#pragma unroll
        for (u32 r = 0; r < rows; r++)
            code[r] = rowOf[r] == ~0u ? 0 : ((const u64*)(at->rows + (u64)rowOf[r] * at->rowBytes))[w];
        add_word<group, rows>(totals, code, query + w, sizes.words, sizes.planes);
    }
}

// Scores of the sample's rows, as far as they pass.
template <u32 group, u32 rows>
DEVICE_CALL void sample_codes(const Table* at, const Batch* batchAt, Sizes sizes) {
    const Batch batch = *batchAt;
    const Shared shared = shared_of(sizes);
    const u32 tileRows = 32 * rows;
    u32 rowCount = batch.list != nullptr ? *batch.listCount : at->rowCount;
    TileOrder order;
    order.start((rowCount + tileRows - 1) / tileRows);
    clear_sample(batch, order.count() * tileRows);
    u32 all = smaller(order.count(), (batch.sampleRows + tileRows - 1) / tileRows);
    for (u32 n = block_id() * WARPS + warp_id(); n < all; n += grid_blocks() * WARPS) {
        u32 rowOf[rows];
        u64 start = (u64)order.tile(n) * tileRows;
        find_rows<rows>(rowOf, batch.list, start < rowCount ? (u32)start : rowCount, rowCount);
        for (u32 query0 = 0; query0 < sizes.queries; query0 += group) {
            i32 totals[rows][group] = {};
            add_rows<group, rows>(totals, rowOf, at, sizes, shared.queries + query0 * sizes.planes * sizes.words);
#pragma unroll
            for (u32 g = 0; g < group; g++) {
                u32 query = query0 + g;
                if (query >= batch.queryCount || !is_scanned(batch, query)) continue;
                u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
#pragma unroll
                for (u32 r = 0; r < rows; r++) {
                    u32 row = rowOf[r], place = n * tileRows + r * 32 + lane_id();
                    if (place >= batch.sampleRows) continue;
                    bool passes = row != ~0u && (filter == NO_FILTER
                        || ((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1));
                    *sample_at(batch, query, place) =
                        passes ? (float)(totals[r][g] + shared.pluses[query]) : -infinity();
                }
            }
        }
    }
}

// Which of a lane's sums are kept, a bit r * group + g each.
template <u32 group, u32 rows> DEVICE u32 find_kept(const i32 (&totals)[rows][group], const i32* needs) {
    u32 kept = 0;
#pragma unroll
    for (u32 g = 0; g < group; g++) {
        i32 need = needs[g];
#pragma unroll
        for (u32 r = 0; r < rows; r++) kept |= (u32)(totals[r][g] >= need) << (r * group + g);
    }

    return kept;
}

// Lets what is kept wait; there is room for all of a tile's. How much waits then.
template <u32 group, u32 rows>
DEVICE u32 queue_kept(const i32 (&totals)[rows][group], u32 kept, const u32 (&rowOf)[rows], u32 query0, u64* waiting,
                      u32 count) {
#pragma unroll 1
    for (u32 left = warp_or(kept); left != 0; left &= left - 1) {
        u32 f = lowest_bit(left), row = 0;
        i32 total = 0;
#pragma unroll
        for (u32 r = 0; r < rows; r++)
#pragma unroll
            for (u32 g = 0; g < group; g++) {
                total = f == r * group + g ? totals[r][g] : total;
                row = f == r * group + g ? rowOf[r] : row;
            }

        bool mine = (kept >> f & 1) != 0;
        u32 lanes = warp_ballot(mine);
        if (mine)
            waiting[count + bit_count(lanes & ((1u << lane_id()) - 1))] = waiting_word(row, query0 + f % group, total);
        count += bit_count(lanes);
    }

    return count;
}

// A tile of listed rows, or the last: all its queries.
template <u32 group, u32 rows>
DEVICE_CALL void scan_special(const Table* at, const Batch* batch, Sizes sizes, u32 start, u32 rowCount) {
    const Shared shared = shared_of(sizes);
    u32 rowOf[rows], there = ~0u;
    find_rows<rows>(rowOf, batch->list, start, rowCount);
#pragma unroll
    for (u32 r = 0; r < rows; r++)
        if (rowOf[r] == ~0u) there &= ~(((1u << group) - 1) << (r * group));
    for (u32 query0 = 0; query0 < sizes.queries; query0 += group) {
        i32 totals[rows][group] = {};
        add_rows<group, rows>(totals, rowOf, at, sizes, shared.queries + query0 * sizes.planes * sizes.words);
        u32 kept = there & find_kept<group, rows>(totals, shared.needs + query0);
        u32 count = queue_kept<group, rows>(totals, kept, rowOf, query0, shared.waiting + warp_id() * CODE_QUEUE, 0);
        if (count > 0) flush(at, batch, sizes, count);
    }
}

template <u32 rows> DEVICE void find_facts(const Table* at, const Batch* batch, const Sizes& sizes) {
    Facts facts;
    facts.rows = at->rows;
    facts.rowCount = batch->list != nullptr ? *batch->listCount : at->rowCount;
    facts.rowBytes = at->rowBytes;
    facts.isListed = batch->list != nullptr;
    facts.sizes = sizes;
    facts.order.start((facts.rowCount + 32 * rows - 1) / (32 * rows));
    facts.all = facts.order.count();
    *facts_of_block() = facts;
}

// Where a warp is: the tile, the query, how much waits, and after how many tiles cuts are to rise.
struct Place { u32 n, query0, count, left; };

// Goes on over tiles of rows that lie side by side, as long as nothing has to be called.
template <u32 group, u32 rows> DEVICE void scan_tiles(Place& place) {
    const u32 tileRows = 32 * rows, lane = lane_id();
    const Facts facts = *facts_of_block();
    const Shared shared = shared_of(facts.sizes);
    u64* const waiting = shared.waiting + warp_id() * CODE_QUEUE;
    const u32 stride = grid_blocks() * WARPS;
    u64 start = (u64)facts.order.tile(place.n) * tileRows;
    while (place.left > 0 && place.count <= CODE_QUEUE - tileRows * group && facts.isListed == 0
        && start + tileRows <= facts.rowCount) {
        const u8* from = facts.rows + ((u32)start + lane) * (u64)facts.rowBytes;
        const u64* query = shared.queries + place.query0 * facts.sizes.planes * facts.sizes.words;
        i32 totals[rows][group] = {};
#pragma unroll 1
        for (u32 w = 0; w < facts.sizes.words; w++) {
            u64 code[rows];
#pragma unroll
            for (u32 r = 0; r < rows; r++) code[r] = ((const u64*)(from + r * 32 * facts.rowBytes))[w];
            add_word<group, rows>(totals, code, query + w, facts.sizes.words, facts.sizes.planes);
        }

        u32 kept = find_kept<group, rows>(totals, shared.needs + place.query0);
        if (warp_ballot(kept != 0) != 0) {
            u32 rowOf[rows];
#pragma unroll
            for (u32 r = 0; r < rows; r++) rowOf[r] = (u32)start + r * 32 + lane;
            place.count = queue_kept<group, rows>(totals, kept, rowOf, place.query0, waiting, place.count);
            warp_sync();
        }

        place.query0 += group;
        if (place.query0 < facts.sizes.queries) continue;
        place.query0 = 0;
        place.left--;
        place.n += stride;
        if (place.n >= facts.all) return;
        start = (u64)facts.order.tile(place.n) * tileRows;
    }
}

template <u32 group, u32 rows> DEVICE void scan_rows(const Table* at, const Batch* batch) {
    u32 tiles = 0;
    Place place = {block_id() * WARPS + warp_id(), 0, 0, 1}; // few tiles at first, when cuts rise fast
    while (place.n < facts_of_block()->all) {
        scan_tiles<group, rows>(place);
        if (place.count > 0) flush(at, batch, facts_of_block()->sizes, place.count);
        place.count = 0;
        const Facts& facts = *facts_of_block();
        if (place.n < facts.all && place.left > 0 && place.query0 == 0) {
            u64 start = (u64)facts.order.tile(place.n) * 32 * rows;
            if (facts.isListed != 0 || start + 32 * rows > facts.rowCount) {
                u32 first = start < facts.rowCount ? (u32)start : facts.rowCount;
                scan_special<group, rows>(at, batch, facts.sizes, first, facts.rowCount);
                place.n += grid_blocks() * WARPS;
                place.left--;
            }
        }

        if (place.left == 0) {
            maintain(batch, facts_of_block()->sizes);
            tiles = tiles == 0 ? 1 : smaller(2 * tiles, 32);
            place.left = tiles;
        }

        warp_sync(); // lanes that went their own ways go on together
    }
}

template <u32 group, u32 rows> DEVICE void scan_codes(const Table* at, const Batch* batch, u32 isTiled) {
    Sizes sizes = {(batch->queryCount + group - 1) / group * group, at->dim / 64, planes_of(batch)};
    if ((isTiled != 0 && sizes.planes == 1) || !has_query(*batch)) return;

    load_queries(batch, sizes);
    if (thread_id() == 0) find_facts<rows>(at, batch, sizes);
    block_sync();
    refresh_needs(batch, shared_of(sizes), sizes.queries, thread_id(), block_threads());
    block_sync();
    if (batch->sample != nullptr) sample_codes<group, rows>(at, batch, sizes);
    else scan_rows<group, rows>(at, batch);
}

// Nothing is done where CodeTiles.cu scans.
KERNEL(scan_code_1, (CODE_THREADS, 3), const Table* at, const Batch* batch, u32 isTiled) {
    scan_codes<1, CODE_ROWS_1>(at, batch, isTiled);
}
KERNEL(scan_code_4, (CODE_THREADS, 3), const Table* at, const Batch* batch, u32 isTiled) {
    scan_codes<4, CODE_ROWS_4>(at, batch, isTiled);
}
