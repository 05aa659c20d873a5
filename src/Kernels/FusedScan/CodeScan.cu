// The fused scan of codes, a bit a component: the dot product of a query of whole numbers and the signs of a row, as
// CodeScores.cs has it, by population counts. Scores are exact, so that nothing is lost to rounding.
// A lane has four rows, a warp tiles of its own: codes are read once a group of queries, from the caches after the
// first, and nothing is staged.
// Defines: those of Survivors.cu, QUEUE, CODE_THREADS, ROWS_A_LANE, PLANES_MAX.

#define WARPS (CODE_THREADS / 32)
#define TILE_ROWS (32u * ROWS_A_LANE)
#define SCORE_MAX 1000000.0f // above all scores

// CudaScanTable in C#.
struct Table {
    const u8* rows; // [row][rowBytes]
    const float* norms;
    u32 rowCount;
    u32 rowBytes;
    u32 dim; // bits
    u32 metric;
};

struct Codes {
    typedef const Table* At;
    DEVICE_MEMBER static float slow_score(At, const Batch&, u32, u32) { return 0; } // floats can score every code
};

// A packed query: the planes of all, what is added to its scores, then [plane][word].
struct QueryHead { u32 planes; i32 plus; u32 unused[2]; };

// A block's queries in shared memory.
struct Queries {
    const u64* words; // [query][planes * words of a code]
    i32* limits;      // [query]: the lowest score that is kept
    const i32* pluses;
    u32 planes;
};

DEVICE void refresh_limits(const Batch& batch, const Queries& queries, u32 padded) {
    for (u32 q = thread_id(); q < padded; q += block_threads()) {
        float cut = q < batch.queryCount ? float_from_ordered(load_changing(batch.cuts + q)) : infinity();
        cut = cut < -SCORE_MAX ? -SCORE_MAX : cut > SCORE_MAX ? SCORE_MAX : cut;
        i32 limit = (i32)cut;
        queries.limits[q] = (float)limit < cut ? limit + 1 : limit;
    }
}

// Adds the words of a lane's rows for some queries: minus two a bit that differs where queries are codes, else what a
// plane's bit is worth a bit that both have.
template <u32 group>
DEVICE void add_codes(i32 (&totals)[ROWS_A_LANE][group], const u8* const (&rows)[ROWS_A_LANE], u32 words,
                      const u64* query, u32 planes) {
    for (u32 w = 0; w < words; w++) {
        u64 code[ROWS_A_LANE];
#pragma unroll
        for (u32 r = 0; r < ROWS_A_LANE; r++) code[r] = rows[r] != nullptr ? ((const u64*)rows[r])[w] : 0;
        if (planes == 1) {
#pragma unroll
            for (u32 g = 0; g < group; g++)
#pragma unroll
                for (u32 r = 0; r < ROWS_A_LANE; r++) totals[r][g] -= 2 * (i32)bit_count(code[r] ^ query[g * words + w]);
            continue;
        }

#pragma unroll 1
        for (u32 p = 0; p < PLANES_MAX; p++) {
            i32 worth = p == PLANES_MAX - 1 ? -(2 << p) : 2 << p;
#pragma unroll
            for (u32 g = 0; g < group; g++)
#pragma unroll
                for (u32 r = 0; r < ROWS_A_LANE; r++)
                    totals[r][g] += worth * (i32)bit_count(code[r] & query[(g * PLANES_MAX + p) * words + w]);
        }
    }
}

template <u32 group> struct CodeScan {
    const Table* at;
    const Batch* batchAt;
    const Batch& batch;
    const Queries& queries;
    u32 padded;

    DEVICE_MEMBER void take(const i32 (&totals)[ROWS_A_LANE][group], const u32 (&rowOf)[ROWS_A_LANE], u32 query0,
                            Queue& queue) const {
        u32 kept = 0;
#pragma unroll
        for (u32 g = 0; g < group; g++) {
            i32 limit = queries.limits[query0 + g] - queries.pluses[query0 + g];
#pragma unroll
            for (u32 r = 0; r < ROWS_A_LANE; r++)
                kept |= (u32)(rowOf[r] != ~0u && totals[r][g] >= limit) << (r * group + g);
        }

#pragma unroll 1
        for (u32 left = warp_or(kept); left != 0; left &= left - 1) {
            u32 f = lowest_bit(left), row = 0;
            i32 total = 0;
#pragma unroll
            for (u32 r = 0; r < ROWS_A_LANE; r++)
#pragma unroll
                for (u32 g = 0; g < group; g++) {
                    total = f == r * group + g ? totals[r][g] : total;
                    row = f == r * group + g ? rowOf[r] : row;
                }

            u32 query = query0 + f % group, lanes = warp_ballot((kept >> f & 1) != 0);
            if ((kept >> f & 1) != 0) {
                u32 place = queue.count + bit_count(lanes & ((1u << lane_id()) - 1));
                queue.words[place] = (u64)float_bits((float)(total + queries.pluses[query])) << 32 | row;
                queue.queries[place] = query;
            }

            queue.count += bit_count(lanes);
            if (queue.count > QUEUE - 32) flush(queue);
        }
    }

    DEVICE_MEMBER void flush(Queue& queue) const {
        if (queue.count > 0) write_out<Codes>(at, batchAt, queue.words, queue.queries, queue.count);
        queue.count = 0;
    }

    DEVICE_MEMBER void write_sample(const i32 (&totals)[ROWS_A_LANE][group], const u32 (&rowOf)[ROWS_A_LANE],
                                    u32 query0, u32 n) const {
#pragma unroll
        for (u32 g = 0; g < group; g++) {
            u32 query = query0 + g;
            if (query >= batch.queryCount || !is_scanned(batch, query)) continue;
            u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
#pragma unroll
            for (u32 r = 0; r < ROWS_A_LANE; r++) {
                u32 row = rowOf[r], place = n * TILE_ROWS + r * 32 + lane_id();
                if (place >= batch.sampleRows) continue;
                bool passes = row != ~0u && (filter == NO_FILTER
                    || ((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1));
                *sample_at(batch, query, place) = passes ? (float)(totals[r][g] + queries.pluses[query]) : -infinity();
            }
        }
    }

    // As in RowTiles.cu.
    DEVICE_MEMBER void maintain(u32 taken, Queue& queue) const {
        u32 time = taken + 1;
        if ((time & (time - 1)) != 0 && time % 32 != 0) return;
        flush(queue);
        u32 apart = grid_blocks() * WARPS / (4 * batch.queryCount), own = block_id() * WARPS + warp_id();
        if (apart == 0) apart = 1;
        if (own % apart == 0) {
            if (batch.groups.codes == nullptr) raise_cut(batch, own / apart % batch.queryCount);
            else raise_cut_by_slots(batchAt, own / apart % batch.queryCount);
        }

        // Other warps read limits meanwhile: either value will do.
        for (u32 q = lane_id(); q < batch.queryCount; q += 32) {
            float cut = float_from_ordered(load_changing(batch.cuts + q));
            cut = cut < -SCORE_MAX ? -SCORE_MAX : cut > SCORE_MAX ? SCORE_MAX : cut;
            i32 limit = (i32)cut;
            queries.limits[q] = (float)limit < cut ? limit + 1 : limit;
        }
    }

    DEVICE_MEMBER void run(Queue& queue) const {
        const Table table = *at;
        u32 rowCount = batch.list != nullptr ? *batch.listCount : table.rowCount, words = table.dim / 64, taken = 0;
        TileOrder order;
        order.start((rowCount + TILE_ROWS - 1) / TILE_ROWS);
        u32 all = order.count();
        if (batch.sample != nullptr) {
            clear_sample(batch, all * TILE_ROWS);
            all = smaller(all, (batch.sampleRows + TILE_ROWS - 1) / TILE_ROWS);
        }

        for (u32 n = block_id() * WARPS + warp_id(); n < all; n += grid_blocks() * WARPS, taken++) {
            u64 start = (u64)order.tile(n) * TILE_ROWS + lane_id();
            u32 rowOf[ROWS_A_LANE];
            const u8* rows[ROWS_A_LANE];
#pragma unroll
            for (u32 r = 0; r < ROWS_A_LANE; r++) {
                u64 place = start + r * 32;
                rowOf[r] = place >= rowCount ? ~0u : batch.list != nullptr ? batch.list[place] : (u32)place;
                rows[r] = rowOf[r] == ~0u ? nullptr : table.rows + (u64)rowOf[r] * table.rowBytes;
            }

            for (u32 query0 = 0; query0 < padded; query0 += group) {
                i32 totals[ROWS_A_LANE][group] = {};
                add_codes<group>(
                    totals, rows, words, queries.words + (u64)query0 * queries.planes * words, queries.planes);
                if (batch.sample != nullptr) write_sample(totals, rowOf, query0, n);
                else take(totals, rowOf, query0, queue);
            }

            if (batch.sample == nullptr) maintain(taken, queue);
        }

        flush(queue);
    }
};

template <u32 group> DEVICE void scan_codes(const Table* at, const Batch* batchAt) {
    SHARED_BYTES(shared);
    Batch batch = *batchAt;
    if (!has_query(batch)) return;

    u32 words = at->dim / 64, padded = (batch.queryCount + group - 1) / group * group;
    u32 planes = ((const QueryHead*)batch.queries)->planes, queryWords = planes * words;
    u64* queryAt = (u64*)shared;
    u64* queueWords = queryAt + padded * queryWords;
    u32* queueQueries = (u32*)(queueWords + WARPS * QUEUE);
    i32* limits = (i32*)(queueQueries + WARPS * QUEUE);
    i32* pluses = limits + padded;
    Queries queries = {queryAt, limits, pluses, planes};
    for (u32 i = thread_id(); i < padded * queryWords; i += block_threads()) {
        u32 query = i / queryWords;
        const u8* packed = batch.queries + (u64)query * batch.queryBytes + sizeof(QueryHead);
        queryAt[i] = query < batch.queryCount ? ((const u64*)packed)[i - query * queryWords] : 0;
    }

    for (u32 q = thread_id(); q < padded; q += block_threads())
        pluses[q] = q < batch.queryCount ? ((const QueryHead*)(batch.queries + (u64)q * batch.queryBytes))->plus : 0;
    refresh_limits(batch, queries, padded);
    block_sync();
    Queue queue = {queueWords + warp_id() * QUEUE, queueQueries + warp_id() * QUEUE, 0};
    CodeScan<group> scan = {at, batchAt, batch, queries, padded};
    scan.run(queue);
}

KERNEL(scan_code_1, (CODE_THREADS, 6), const Table* table, const Batch* batch) { scan_codes<1>(table, batch); }
KERNEL(scan_code_4, (CODE_THREADS, 4), const Table* table, const Batch* batch) { scan_codes<4>(table, batch); }
