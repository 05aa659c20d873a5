// The fused scan: scores of all rows (or of listed rows) for a batch of queries on the tensor cores, compared with a
// rising cut a query as they leave the accumulators; only what may be among the best k is written.
//
// A block takes tiles of 64 or 128 rows in a scattered order, 256 bytes of each row a stage, through a ring of stages
// in shared memory that cp.async fills. Queries stay in shared memory. mma.sync: rows are M, queries N. A step of the
// product is 32 bytes of a row and of a query, whatever the element: 16 halves or bfloats, 8 floats cut to tf32.
// Variants: 8 or 16 queries and tiles of 64 rows, three blocks an SM, where reading is the limit; 32 queries, or 64 a
// group of four warps, and tiles of 128 rows, so that a query's fragment serves two row fragments.
//
// Survivors wait in a queue of the warp and are written out by all lanes together, because an atomic's answer takes as
// long as a tile. Counts of their levels (LevelCounts in C#) raise the cut while the scan goes on: the k-th best of
// any rows is a lower bound of the k-th best of all.
// Defines: LEVELS, LEVEL_BITS, ROW_WARPS, STAGES_1 to STAGES_3, QUEUE, UNIT_TILE_BITS, UNITS_MAX, NORM_MIN_BITS,
// ELEMENT_* (CudaElement), METRIC_* (ScanMetric).

#define STAGE_BYTES_A_ROW 256u
#define STEP_BYTES 32u
#define NO_FILTER 0xffffffffu
// Atomics on one line wait for each other, so that each query's count of survivors has a line of its own.
#define LEVELS_STRIDE (LEVELS + 32)
#if defined(LINR_EMULATOR)
#define DEVICE_MEMBER inline
#define DEVICE_CALL static
#else
#define DEVICE_MEMBER __device__ __forceinline__
#define DEVICE_CALL static __device__ __noinline__
#endif

// CudaScanTable in C#.
struct Table {
    const u8* rows;      // [row][rowBytes], rowBytes a multiple of 16
    const float* norms;  // [row], or null
    u32 rowCount;
    u32 rowBytes;
    u32 dim;
    u32 metric;
};

// CudaScanBatch in C#: what a launch works on.
struct Batch {
    const u8* queries;         // [query][queryBytes] in the rows' element, scaled; zero past D
    const float* originals;    // [query][dim]
    const float* errors;       // [query]: the float score is this close to the canonical one
    const float* offsets;      // [query]: added to every score
    const float* factors;      // [query]: a power of two; what is packed is this much too large
    u32* cuts;                 // [query], ordered_bits
    u32* counts;               // [query] survivors, written by scan_end; more than capacity: overflow
    u64* words;                // [query][capacity]: ordered_bits(lower) << 32 | row
    u32* levels;               // [query][LEVELS_STRIDE]: counts by level, and the count of all
    const u32* levelBases;     // [query], ordered_bits
    const u32* levelShifts;    // [query]
    const u64* masks;          // [filter][maskWords], or null
    const u32* filters;        // [query]: which mask, or NO_FILTER
    const u32* list;           // rows to score, or null: all
    const u32* listCount;
    float* sample;             // [query][sampleRows]: the scores themselves are written, of the first tiles only
    u64 maskWords;
    u32 queryCount;
    u32 queryBytes;            // a multiple of STAGE_BYTES_A_ROW
    u32 capacity;
    u32 k;
    u32 sampleRows;
    u32 unused;
};

DEVICE u32 smaller(u32 a, u32 b) { return a < b ? a : b; }
// What other blocks change meanwhile; any of its values will do.
DEVICE u32 load_changing(const u32* p) { return *(const volatile u32*)p; }
DEVICE float infinity() { return float_from_bits(0x7f800000u); }

template <u32 element> DEVICE void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    if (element == ELEMENT_FLOAT16) mma_half(c, a, b0, b1);
    else if (element == ELEMENT_BFLOAT16) mma_bfloat(c, a, b0, b1);
    else mma_tf32(c, a, b0, b1);
}

template <u32 element> DEVICE float row_value(const u8* row, u32 i) {
    if (element == ELEMENT_FLOAT32) return ((const float*)row)[i];
    u16 bits = ((const u16*)row)[i];
    return element == ELEMENT_FLOAT16 ? float_from_half(bits) : float_from_bfloat(bits);
}

// A cosine whose row is too short for floats, in float64; its order of summation does not matter within the error.
template <u32 element> DEVICE float slow_cosine(const Table& table, const float* query, u32 row) {
    const u8* values = table.rows + (u64)row * table.rowBytes;
    double dot = 0, rowSquared = 0, querySquared = 0;
    for (u32 i = 0; i < table.dim; i++) {
        double x = row_value<element>(values, i), q = query[i];
        dot += q * x;
        rowSquared += x * x;
        querySquared += q * q;
    }

    return rowSquared == 0 || querySquared == 0
        ? 0.0f : (float)divide(dot, square_root(querySquared) * square_root(rowSquared));
}

// Which of the tiles is the n-th to be scanned; past the last tile there is none. Whole units of tiles change places.
struct TileOrder {
    u32 unitBits, units, factor;

    DEVICE_MEMBER void start(u32 tiles) {
        unitBits = UNIT_TILE_BITS;
        while (tiles >> unitBits >= UNITS_MAX) unitBits++;
        units = (tiles + (1u << unitBits) - 1) >> unitBits;
        factor = units == 0 ? 0 : 2654435761u % units; // a prime: no two units meet
    }

    DEVICE_MEMBER u32 count() const { return units << unitBits; }

    DEVICE_MEMBER u32 tile(u32 n) const {
        return ((n >> unitBits) * factor % units << unitBits) + (n & ((1u << unitBits) - 1));
    }
};

// A warp's survivors before they are written: the float score and row in a word, and the query.
struct Queue {
    u64* words;
    u32* queries;
    u32 count;
};

// Called from many places, rarely.
template <u32 element>
DEVICE_CALL void write_out(const Table* table, const Batch* batchAt, const u64* words, const u32* queries, u32 count) {
    Batch batch = *batchAt;
    warp_sync();
    for (u32 i = lane_id(); i < count; i += 32) {
        u32 query = queries[i], row = (u32)words[i];
        u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
        if (filter != NO_FILTER && !((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1)) continue;

        float score = float_from_bits((u32)(words[i] >> 32));
        if (score != score) score = slow_cosine<element>(*table, batch.originals + (u64)query * table->dim, row);
        u32* levels = batch.levels + query * LEVELS_STRIDE;
        u32 bits = ordered_bits(score - batch.errors[query]), place = global_add(levels + LEVELS, 1u);
        if (place < batch.capacity) batch.words[(u64)query * batch.capacity + place] = (u64)bits << 32 | row;
        u32 base = batch.levelBases[query];
        if (bits >= base)
            global_add(levels + smaller((bits - base) >> batch.levelShifts[query], LEVELS - 1), 1u);
    }

    warp_sync();
}

// Raises one query's cut to the highest level that k of its survivors reach.
DEVICE void raise_cut(const Batch& batch, u32 query) {
    const u32 own = LEVELS / 32;
    u32 lane = lane_id(), counts[own], sum = 0;
#pragma unroll
    for (u32 i = 0; i < own; i++) {
        counts[i] = load_changing(batch.levels + query * LEVELS_STRIDE + lane * own + i);
        sum += counts[i];
    }

    u32 reach = sum; // of this lane's levels and all above
    for (u32 distance = 1; distance < 32; distance *= 2) {
        u32 above = warp_shuffle_down(reach, distance);
        if (lane + distance < 32) reach += above;
    }

    u32 lanes = warp_ballot(reach >= batch.k);
    if (lanes == 0) return;
    u32 highest = 31 - leading_zeros(lanes);
    if (lane == highest) {
        u32 above = reach - sum, level = own;
        do above += counts[--level]; while (above < batch.k);
        global_max(batch.cuts + query, batch.levelBases[query] + ((highest * own + level) << batch.levelShifts[query]));
    }
}

template <u32 element, u32 MT, u32 NT> struct Scan {
    enum : u32 {
        tileRows = ROW_WARPS * 16 * MT,
        groupQueries = 8 * NT,
        stageBytes = tileRows * STAGE_BYTES_A_ROW,
        stageCount = MT == 1 ? STAGES_1 : NT <= 4 ? STAGES_2 : STAGES_3,
    };

    const Table* tableAt;
    const Batch* batchAt;
    const Table& table;
    const Batch& batch;
    u32 stages, queries, rows, chunks, first, steps;
    float* limits; // [query]: the cut as a product of the tensor cores
    float* scales; // [query]: by how much such a product is too large
    TileOrder order;

    // The step-th piece of 256 bytes of a tile's rows on its way to its stage.
    DEVICE_MEMBER void load(u32 step) const {
        if (step < steps) {
            u32 chunk = chunks == 1 ? 0 : step % chunks;
            u64 start = (u64)order.tile(first + (chunks == 1 ? step : step / chunks) * grid_blocks()) * tileRows;
            u32 left = start >= rows ? 0 : rows - (u32)start, piece = thread_id() & 15, r = thread_id() >> 4;
            u32 stride = block_threads() >> 4, at = chunk * STAGE_BYTES_A_ROW + piece * 16;
            u32 stage = stages + step % stageCount * stageBytes + r * STAGE_BYTES_A_ROW;
            if (at >= table.rowBytes) left = 0;
            if (batch.list == nullptr) {
                const u8* from = table.rows + (start + r) * table.rowBytes + at;
#pragma unroll 4
                for (; r < tileRows; r += stride) {
                    bool valid = r < left;
                    async_copy16(stage + ((piece ^ (r & 7)) << 4), valid ? from : table.rows, valid ? 16 : 0);
                    stage += stride * STAGE_BYTES_A_ROW;
                    from += stride * table.rowBytes;
                }
            } else {
#pragma unroll 4
                for (; r < tileRows; r += stride) {
                    bool valid = r < left;
                    const u8* from = table.rows + (valid ? (u64)batch.list[start + r] * table.rowBytes + at : 0);
                    async_copy16(stage + ((piece ^ (r & 7)) << 4), from, valid ? 16 : 0);
                    stage += stride * STAGE_BYTES_A_ROW;
                }
            }
        }

        async_commit();
    }

    DEVICE_MEMBER void copy_queries() const {
        u32 pieces = batch.queryBytes / 16;
        u32 padded = (batch.queryCount + groupQueries - 1) / groupQueries * groupQueries;
        for (u32 i = thread_id(); i < padded * pieces; i += block_threads()) {
            u32 query = i / pieces, piece = i % pieces;
            bool valid = query < batch.queryCount;
            async_copy16(queries + query * batch.queryBytes + (((piece & ~15u) | ((piece & 15) ^ (query & 7))) << 4),
                batch.queries + (valid ? (u64)query * batch.queryBytes + piece * 16 : 0), valid ? 16 : 0);
        }

        async_commit();
    }

    DEVICE_MEMBER void refresh_limits() const {
        u32 padded = (batch.queryCount + groupQueries - 1) / groupQueries * groupQueries;
        for (u32 q = thread_id(); q < padded; q += block_threads()) {
            bool valid = q < batch.queryCount;
            scales[q] = valid ? 1.0f / batch.factors[q] : 1.0f;
            limits[q] = !valid ? infinity()
                : (float_from_ordered(load_changing(batch.cuts + q)) - batch.errors[q] - batch.offsets[q]) * scales[q];
        }
    }

    DEVICE_MEMBER void add(float (&c)[MT][NT][4], u32 stage, u32 chunk, u32 group) const {
        u32 lane = lane_id();
        u32 left = table.rowBytes - chunk * STAGE_BYTES_A_ROW;
        u32 kSteps = (smaller(left, STAGE_BYTES_A_ROW) + STEP_BYTES - 1) / STEP_BYTES;
        u32 row = (warp_id() % ROW_WARPS) * 16 * MT + (lane & 15);
        u32 query = group * groupQueries + (NT == 1 ? 0 : (lane >> 4) * 8) + (lane & 7);
        u32 rowAt = stage + row * STAGE_BYTES_A_ROW;
        u32 queryAt = queries + query * batch.queryBytes + chunk * STAGE_BYTES_A_ROW;
        if (kSteps == STAGE_BYTES_A_ROW / STEP_BYTES) {
#pragma unroll
            for (u32 k = 0; k < STAGE_BYTES_A_ROW / STEP_BYTES; k++) step(c, rowAt, queryAt, k);
        } else {
#pragma unroll 1
            for (u32 k = 0; k < kSteps; k++) step(c, rowAt, queryAt, k);
        }
    }

    // 32 bytes of each row and query. Rows 16 apart, and queries 8 apart, lie alike modulo 8: one exclusive or serves.
    DEVICE_MEMBER void step(float (&c)[MT][NT][4], u32 rowAt, u32 queryAt, u32 k) const {
        u32 lane = lane_id(), a[MT][4], b[NT][2];
        u32 rowPiece = ((2 * k + (lane >> 4)) ^ (lane & 7)) << 4;
        u32 piece = ((2 * k + ((lane >> 3) & 1)) ^ (lane & 7)) << 4;
#pragma unroll
        for (u32 m = 0; m < MT; m++) load_matrix4(a[m], rowAt + m * 16 * STAGE_BYTES_A_ROW + rowPiece);
        if (NT == 1) {
            load_matrix2(b[0], queryAt + piece);
        } else {
#pragma unroll
            for (u32 n = 0; n < NT; n += 2) {
                u32 both[4];
                load_matrix4(both, queryAt + n * 8 * batch.queryBytes + piece);
                b[n][0] = both[0];
                b[n][1] = both[1];
                b[n + (NT > 1)][0] = both[2];
                b[n + (NT > 1)][1] = both[3];
            }
        }

#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 n = 0; n < NT; n++) multiply<element>(c[m][n], a[m], b[n][0], b[n][1]);
    }

    // Which row each of the thread's products is of; all bits set where there is none.
    DEVICE_MEMBER void find_rows(u32 n, u32 (&rowOf)[MT][2]) const {
        u64 start = (u64)order.tile(n) * tileRows + (warp_id() % ROW_WARPS) * 16 * MT + (lane_id() >> 2);
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 half = 0; half < 2; half++) {
                u64 place = start + m * 16 + half * 8;
                rowOf[m][half] = place >= rows ? ~0u : batch.list != nullptr ? batch.list[place] : (u32)place;
            }
    }

    // Turns products into scores, but for the query's factor and offset. Rows that are not there get the lowest.
    DEVICE_MEMBER void to_scores(float (&c)[MT][NT][4], const u32 (&rowOf)[MT][2], u32 query0) const {
        bool plain = table.metric == METRIC_DOT || table.norms == nullptr;
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 half = 0; half < 2; half++) {
                u32 row = rowOf[m][half];
                if (plain && row != ~0u) continue;
                float scale = 0, term = -infinity();
                if (row != ~0u) {
                    float norm = table.norms[row];
                    term = table.metric == METRIC_EUCLIDEAN ? -(norm * norm) : 0.0f;
                    scale = table.metric == METRIC_EUCLIDEAN ? 1.0f
                        : norm >= float_from_bits(NORM_MIN_BITS) ? 1.0f / norm
                        : norm == 0 ? 0.0f : float_from_bits(0x7fc00000u);
                }

#pragma unroll
                for (u32 j = 0; j < NT; j++)
#pragma unroll
                    for (u32 side = 0; side < 2; side++) {
                        float& score = c[m][j][2 * half + side];
                        score = fused(score, scale, term * scales[query0 + j * 8 + side]);
                    }
            }
    }

    // Queues what reaches the cuts. A vote takes longer than a product: one is held for all products of the warp, a
    // bit a fragment, and only fragments with survivors are looked at.
    DEVICE_MEMBER void take(float (&c)[MT][NT][4], u32 n, u32 group, Queue& queue) const {
        u32 lane = lane_id(), query0 = group * groupQueries + 2 * (lane & 3), rowOf[MT][2];
        find_rows(n, rowOf);
        to_scores(c, rowOf, query0);
        if (batch.sample != nullptr) {
            write_sample(c, n, group, rowOf);
            return;
        }

        float limit[NT][2];
#pragma unroll
        for (u32 j = 0; j < NT; j++) {
            limit[j][0] = limits[query0 + j * 8];
            limit[j][1] = limits[query0 + j * 8 + 1];
        }

        u32 fragments = 0;
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 j = 0; j < NT; j++) {
                const float(&own)[4] = c[m][j];
                u32 any = (u32)!(own[0] < limit[j][0]) | (u32)!(own[1] < limit[j][1])
                    | (u32)!(own[2] < limit[j][0]) | (u32)!(own[3] < limit[j][1]);
                fragments |= any << (m * NT + j);
            }

#pragma unroll 1
        for (u32 left = warp_or(fragments); left != 0; left &= left - 1) {
            u32 f = lowest_bit(left);
            // A fragment chosen by moves: a copy of what follows for each would not fit the instruction cache.
            float own[4] = {0, 0, 0, 0}, low = 0, high = 0;
            u32 rowLow = 0, rowHigh = 0;
#pragma unroll
            for (u32 m = 0; m < MT; m++)
#pragma unroll
                for (u32 j = 0; j < NT; j++) {
                    bool chosen = f == m * NT + j;
#pragma unroll
                    for (u32 i = 0; i < 4; i++) own[i] = chosen ? c[m][j][i] : own[i];
                    low = chosen ? limit[j][0] : low;
                    high = chosen ? limit[j][1] : high;
                    rowLow = chosen ? rowOf[m][0] : rowLow;
                    rowHigh = chosen ? rowOf[m][1] : rowHigh;
                }

            u32 query = query0 + f % NT * 8;
            queue_kept(queue, rowLow != ~0u && !(own[0] < low), own[0], query, rowLow);
            queue_kept(queue, rowLow != ~0u && !(own[1] < high), own[1], query + 1, rowLow);
            queue_kept(queue, rowHigh != ~0u && !(own[2] < low), own[2], query, rowHigh);
            queue_kept(queue, rowHigh != ~0u && !(own[3] < high), own[3], query + 1, rowHigh);
        }
    }

    DEVICE_MEMBER void queue_kept(Queue& queue, bool kept, float product, u32 query, u32 row) const {
        u32 lanes = warp_ballot(kept);
        if (lanes == 0) return;
        if (kept) {
            u32 place = queue.count + bit_count(lanes & ((1u << lane_id()) - 1));
            float score = fused(product, batch.factors[query], batch.offsets[query]);
            queue.words[place] = (u64)float_bits(score) << 32 | row;
            queue.queries[place] = query;
        }

        queue.count += bit_count(lanes);
        if (queue.count > QUEUE - 32) {
            write_out<element>(tableAt, batchAt, queue.words, queue.queries, queue.count);
            queue.count = 0;
        }
    }

    DEVICE_MEMBER void write_sample(float (&c)[MT][NT][4], u32 n, u32 group, const u32 (&rowOf)[MT][2]) const {
        u32 lane = lane_id(), query0 = group * groupQueries + 2 * (lane & 3);
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 j = 0; j < NT; j++)
#pragma unroll
                for (u32 i = 0; i < 4; i++) {
                    u32 query = query0 + j * 8 + (i & 1), row = rowOf[m][i >> 1];
                    u32 place = n * tileRows + (warp_id() % ROW_WARPS) * 16 * MT + m * 16 + (i >> 1) * 8 + (lane >> 2);
                    if (query >= batch.queryCount || place >= batch.sampleRows) continue;
                    u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
                    bool passes = row != ~0u && (filter == NO_FILTER
                        || ((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1));
                    float score = fused(c[m][j][i], batch.factors[query], batch.offsets[query]);
                    float* target = batch.sample + (u64)query * batch.sampleRows + place;
                    *target = passes && score == score ? score : -infinity();
                }
    }

    // Writes out what waits, raises a few queries' cuts and takes over what others have raised: often at first, when
    // cuts rise fast, then every 32 tiles.
    DEVICE_MEMBER void maintain(u32 taken, Queue& queue) const {
        u32 time = taken + 1;
        if ((time & (time - 1)) != 0 && time % 32 != 0) return;
        if (queue.count > 0) write_out<element>(tableAt, batchAt, queue.words, queue.queries, queue.count);
        queue.count = 0;
        // Some four warps of all raise each cut: more would only wait for the same lines.
        u32 warps = block_threads() / 32, apart = grid_blocks() * warps / (4 * batch.queryCount);
        u32 own = block_id() * warps + warp_id();
        if (apart == 0) apart = 1;
        if (own % apart == 0) raise_cut(batch, own / apart % batch.queryCount);
        refresh_limits();
    }

    DEVICE_MEMBER void run(Queue& queue) {
        u32 groups = (batch.queryCount + groupQueries - 1) / groupQueries;
        u32 groupsAtOnce = block_threads() / (32 * ROW_WARPS), ownGroup = warp_id() / ROW_WARPS;
        u32 all = order.count();
        if (batch.sample != nullptr) all = smaller(all, (batch.sampleRows + tileRows - 1) / tileRows);
        first = block_id();
        steps = first < all ? (all - first + grid_blocks() - 1) / grid_blocks() * chunks : 0;
        copy_queries();
        refresh_limits();
        for (u32 step = 0; step < stageCount - 1; step++) load(step);
        float c[MT][NT][4];
        for (u32 step = 0; step < steps; step++) {
            async_wait<stageCount - 2>();
            block_sync(); // the step's rows have arrived for all; the stage before it is free
            load(step + stageCount - 1);
            u32 chunk = step % chunks, taken = step / chunks, n = first + taken * grid_blocks();
            u32 stage = stages + step % stageCount * stageBytes;
            for (u32 group = ownGroup; group < groups; group += groupsAtOnce) {
                if (chunk == 0) {
#pragma unroll
                    for (u32 m = 0; m < MT; m++)
#pragma unroll
                        for (u32 j = 0; j < NT; j++) c[m][j][0] = c[m][j][1] = c[m][j][2] = c[m][j][3] = 0;
                }

                add(c, stage, chunk, group);
                if (chunk == chunks - 1) take(c, n, group, queue);
            }

            if (batch.sample == nullptr && chunk == chunks - 1) maintain(taken, queue);
        }

        if (queue.count > 0) write_out<element>(tableAt, batchAt, queue.words, queue.queries, queue.count);
    }
};

template <u32 element, u32 MT, u32 NT> DEVICE void scan(const Table* tableAt, const Batch* batchAt) {
    SHARED_BYTES(shared);
    Table table = *tableAt;
    Batch batch = *batchAt;
    u32 groupQueries = 8 * NT, padded = (batch.queryCount + groupQueries - 1) / groupQueries * groupQueries;
    u32 stagesBytes = Scan<element, MT, NT>::stageCount * Scan<element, MT, NT>::stageBytes;
    u32 queriesBytes = padded * batch.queryBytes, warps = block_threads() / 32;
    u64* words = (u64*)(shared + stagesBytes + queriesBytes);
    u32* queueQueries = (u32*)(words + warps * QUEUE);
    Queue queue = {words + warp_id() * QUEUE, queueQueries + warp_id() * QUEUE, 0};
    u32 rows = batch.list != nullptr ? *batch.listCount : table.rowCount;
    float* limits = (float*)(queueQueries + warps * QUEUE);
    u32 chunks = (table.rowBytes + STAGE_BYTES_A_ROW - 1) / STAGE_BYTES_A_ROW;
    Scan<element, MT, NT> run = {tableAt, batchAt, table, batch, shared_address(shared),
        shared_address(shared) + stagesBytes, rows, chunks, 0, 0, limits, limits + padded, {}};
    run.order.start((rows + run.tileRows - 1) / run.tileRows);
    run.run(queue);
}

#define SCAN_ARGUMENTS const Table* table, const Batch* batch
#define SCAN_KERNELS(kind, element) \
    KERNEL(scan_##kind##_8, (128, 3), SCAN_ARGUMENTS) { scan<element, 1, 1>(table, batch); } \
    KERNEL(scan_##kind##_16, (128, 3), SCAN_ARGUMENTS) { scan<element, 1, 2>(table, batch); } \
    KERNEL(scan_##kind##_32, (128, 2), SCAN_ARGUMENTS) { scan<element, 2, 4>(table, batch); } \
    KERNEL(scan_##kind##_64, (256, 1), SCAN_ARGUMENTS) { scan<element, 2, 8>(table, batch); }
SCAN_KERNELS(half, ELEMENT_FLOAT16)
SCAN_KERNELS(bfloat, ELEMENT_BFLOAT16)
SCAN_KERNELS(float, ELEMENT_FLOAT32)

// Readies a query for the scan, a block a query: its cut (a float so far) and levels from there to the sample's best.
KERNEL(scan_begin, (1024), const Batch* batchAt, const float* cuts, u32* levelBases, u32* levelShifts) {
    SHARED_BYTES(extremes);
    u32* best = (u32*)extremes;
    Batch batch = *batchAt;
    u32 query = block_id();
    if (thread_id() < 2) best[thread_id()] = thread_id() == 0 ? 0u : ~0u;
    block_sync();
    u32 high = 0, low = ~0u;
    const float* scores = batch.sample + (u64)query * batch.sampleRows;
#pragma unroll 8
    for (u32 i = thread_id(); i < batch.sampleRows; i += block_threads()) {
        u32 bits = ordered_bits(scores[i]);
        bool passes = bits != ordered_bits(-infinity());
        high = passes && bits > high ? bits : high;
        low = passes ? smaller(low, bits) : low;
    }

    shared_max(best, warp_max(high));
    shared_min(best + 1, warp_min(low));
    block_sync();
    for (u32 i = thread_id(); i < LEVELS_STRIDE; i += block_threads()) batch.levels[query * LEVELS_STRIDE + i] = 0;
    if (thread_id() == 0) {
        u32 cut = ordered_bits(cuts[query]), base = cuts[query] == -infinity() ? best[1] : cut;
        u32 range = best[0] > base ? best[0] - base : 0;
        u32 shift = 32 - leading_zeros(range | 1);
        levelBases[query] = base;
        levelShifts[query] = shift > LEVEL_BITS ? shift - LEVEL_BITS : 0;
        batch.cuts[query] = cut;
    }
}

// After the scan: what the next step reads, side by side.
KERNEL(scan_end, (256), const Batch* batchAt, float* cuts) {
    u32 query = thread_id();
    if (query >= batchAt->queryCount) return;
    batchAt->counts[query] = batchAt->levels[query * LEVELS_STRIDE + LEVELS];
    cuts[query] = float_from_ordered(batchAt->cuts[query]);
}
