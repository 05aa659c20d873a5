// The pass over the rows that scans share: tiles of rows against all queries of a batch on the tensor cores, and what
// reaches the cuts.
//
// A block takes tiles of 64 or 128 rows in a scattered order, 256 bytes of each row a stage, through a ring of stages
// in shared memory that cp.async fills. Queries stay in shared memory. mma.sync: rows are M, queries N. A step of the
// product is 32 bytes of a row and of a query, whatever the element: 16 halves or bfloats, 8 floats cut to tf32, or 32
// bytes, whose products are whole numbers in the floats' registers until value_of.
//
// Survivors wait in a queue of the warp and are written out by all lanes together, because an atomic's answer takes as
// long as a tile. Counts of their levels (LevelCounts in C#) raise the cut while the scan goes on: the k-th best of
// any rows is a lower bound of the k-th best of all.
//
// A source says what the rows are: chunks() pieces of 256 bytes a row in a piece(chunk) each, products that become
// scores by finish() after the last piece, and isSum where scores are added up in accumulators of their own, by
// add_segment() after each piece that ends_segment().
// Defines: ROW_WARPS, STAGES_1 to STAGES_3, QUEUE, NORM_MIN_BITS, ELEMENT_* (CudaElement), METRIC_* (ScanMetric).

#define STEP_BYTES 32u

template <class Source, u32 MT, u32 NT> struct Scan {
    enum : u32 {
        tileRows = ROW_WARPS * 16 * MT,
        groupQueries = 8 * NT,
        stageBytes = tileRows * STAGE_BYTES_A_ROW,
        stageCount = MT == 1 ? STAGES_1 : NT <= 4 ? STAGES_2 : STAGES_3,
    };

    typename Source::At at;
    const Batch* batchAt;
    const Source& source;
    const Batch& batch;
    u32 stages, queries, rows, chunks, first, steps;
    float* limits; // [query]: the cut as a product of the tensor cores
    float* scales; // [query]: by how much such a product is too large
    TileOrder order;
    u32 listed; // of the list: a row of the tile that is loaded next, for the lanes that load a row together

    DEVICE_MEMBER u64 start_of(u32 step) const {
        return (u64)order.tile(first + (chunks == 1 ? step : step / chunks) * grid_blocks()) * tileRows;
    }

    // Asks for the rows of a step's tile before they are needed: a row's address waits for them.
    DEVICE_MEMBER void load_list(u32 step) {
        if (batch.list == nullptr || step >= steps || (chunks > 1 && step % chunks != 0)) return;
        u64 start = start_of(step);
        u32 r = (thread_id() >> 4) + (lane_id() & 15) * (block_threads() >> 4);
        listed = r < tileRows && start + r < rows ? batch.list[start + r] : 0;
    }

    // The step-th piece of 256 bytes of a tile's rows on its way to its stage.
    DEVICE_MEMBER void load(u32 step) {
        if (step < steps) {
            u32 chunk = chunks == 1 ? 0 : step % chunks;
            u64 start = start_of(step);
            u32 left = start >= rows ? 0 : rows - (u32)start, piece = thread_id() & 15, r = thread_id() >> 4;
            const Piece of = source.piece(chunk);
            u32 stride = block_threads() >> 4, at = of.at + piece * 16;
            u32 stage = stages + step % stageCount * stageBytes + r * STAGE_BYTES_A_ROW;
            if (at >= of.rowBytes) left = 0;
            if (batch.list == nullptr) {
                const u8* from = of.rows + (start + r) * of.rowBytes + at;
#pragma unroll 4
                for (; r < tileRows; r += stride) {
                    bool valid = r < left;
                    async_copy16(stage + ((piece ^ (r & 7)) << 4), valid ? from : of.rows, valid ? 16 : 0);
                    stage += stride * STAGE_BYTES_A_ROW;
                    from += stride * of.rowBytes;
                }
            } else {
#pragma unroll
                for (u32 i = 0; i < tileRows / 8; i++, r += stride) {
                    bool valid = r < left;
                    u32 row = warp_shuffle(listed, (lane_id() & 16) + i);
                    const u8* from = of.rows + (valid ? (u64)row * of.rowBytes + at : 0);
                    if (r < tileRows) async_copy16(stage + ((piece ^ (r & 7)) << 4), from, valid ? 16 : 0);
                    stage += stride * STAGE_BYTES_A_ROW;
                }
            }
        }

        async_commit();
        load_list(step + 1);
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
        const Piece of = source.piece(chunk);
        u32 kSteps = (smaller(of.rowBytes - of.at, STAGE_BYTES_A_ROW) + STEP_BYTES - 1) / STEP_BYTES;
        u32 row = (warp_id() % ROW_WARPS) * 16 * MT + (lane & 15);
        u32 query = group * groupQueries + (NT == 1 ? 0 : (lane >> 4) * 8) + (lane & 7);
        u32 rowAt = stage + row * STAGE_BYTES_A_ROW;
        u32 queryAt = queries + query * batch.queryBytes + chunk * STAGE_BYTES_A_ROW;
        if (of.element == ELEMENT_FLOAT16) add_steps<ELEMENT_FLOAT16>(c, rowAt, queryAt, kSteps);
        else if (of.element == ELEMENT_BFLOAT16) add_steps<ELEMENT_BFLOAT16>(c, rowAt, queryAt, kSteps);
        else if (of.element == ELEMENT_INT8) add_steps<ELEMENT_INT8>(c, rowAt, queryAt, kSteps);
        else add_steps<ELEMENT_FLOAT32>(c, rowAt, queryAt, kSteps);
    }

    template <u32 element>
    DEVICE_MEMBER void add_steps(float (&c)[MT][NT][4], u32 rowAt, u32 queryAt, u32 kSteps) const {
        if (kSteps == STAGE_BYTES_A_ROW / STEP_BYTES) {
#pragma unroll
            for (u32 k = 0; k < STAGE_BYTES_A_ROW / STEP_BYTES; k++) step<element>(c, rowAt, queryAt, k);
        } else {
#pragma unroll 1
            for (u32 k = 0; k < kSteps; k++) step<element>(c, rowAt, queryAt, k);
        }
    }

    // 32 bytes of each row and query. Rows 16 apart, and queries 8 apart, lie alike modulo 8: one exclusive or serves.
    template <u32 element> DEVICE_MEMBER void step(float (&c)[MT][NT][4], u32 rowAt, u32 queryAt, u32 k) const {
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

    // Queues what reaches the cuts. A vote takes longer than a product: one is held for all products of the warp, a
    // bit a fragment, and only fragments with survivors are looked at.
    DEVICE_MEMBER void take(
        float (&c)[MT][NT][4], const u32 (&rowOf)[MT][2], u32 n, u32 group, Queue& queue) const {
        u32 lane = lane_id(), query0 = group * groupQueries + 2 * (lane & 3);
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
            write_out<Source>(at, batchAt, queue.words, queue.queries, queue.count);
            queue.count = 0;
        }
    }

    DEVICE_MEMBER void write_sample(float (&c)[MT][NT][4], u32 n, u32 group, const u32 (&rowOf)[MT][2]) const {
        u32 lane = lane_id(), query0 = group * groupQueries + 2 * (lane & 3);
#pragma unroll
        for (u32 j = 0; j < NT; j++)
#pragma unroll
            for (u32 side = 0; side < 2; side++) {
                u32 query = query0 + j * 8 + side;
                if (query >= batch.queryCount || limits[query] == infinity()) continue; // not for this launch
                u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
                float factor = batch.factors[query], offset = batch.offsets[query];
#pragma unroll
                for (u32 m = 0; m < MT; m++)
#pragma unroll
                    for (u32 half = 0; half < 2; half++) {
                        u32 row = rowOf[m][half];
                        u32 place = n * tileRows + (warp_id() % ROW_WARPS) * 16 * MT + m * 16 + half * 8 + (lane >> 2);
                        if (place >= batch.sampleRows) continue;
                        bool passes = row != ~0u && (filter == NO_FILTER
                            || ((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1));
                        float score = fused(c[m][j][2 * half + side], factor, offset);
                        *sample_at(batch, query, place) = passes && score == score ? score : -infinity();
                    }
            }
    }

    // Writes out what waits, raises a few queries' cuts and takes over what others have raised: often at first, when
    // cuts rise fast, then every 32 tiles.
    DEVICE_MEMBER void maintain(u32 taken, Queue& queue) const {
        u32 time = taken + 1;
        if ((time & (time - 1)) != 0 && time % 32 != 0) return;
        if (queue.count > 0) write_out<Source>(at, batchAt, queue.words, queue.queries, queue.count);
        queue.count = 0;
        // Some four warps of all raise each cut: more would only wait for the same lines.
        u32 warps = block_threads() / 32, apart = grid_blocks() * warps / (4 * batch.queryCount);
        u32 own = block_id() * warps + warp_id();
        if (apart == 0) apart = 1;
        if (own % apart == 0) {
            if (batch.groups.codes == nullptr) raise_cut(batch, own / apart % batch.queryCount);
            else raise_cut_by_slots(batchAt, own / apart % batch.queryCount);
        }

        refresh_limits();
    }

    template <u32 M, u32 N> DEVICE_MEMBER static void clear(float (&c)[M][N][4]) {
#pragma unroll
        for (u32 m = 0; m < M; m++)
#pragma unroll
            for (u32 j = 0; j < N; j++) c[m][j][0] = c[m][j][1] = c[m][j][2] = c[m][j][3] = 0;
    }

    DEVICE_MEMBER void run(Queue& queue) {
        u32 groups = (batch.queryCount + groupQueries - 1) / groupQueries;
        u32 groupsAtOnce = block_threads() / (32 * ROW_WARPS), ownGroup = warp_id() / ROW_WARPS;
        u32 all = order.count();
        if (batch.sample != nullptr) {
            clear_sample(batch, all * tileRows);
            all = smaller(all, (batch.sampleRows + tileRows - 1) / tileRows);
        }

        first = block_id();
        steps = first < all ? (all - first + grid_blocks() - 1) / grid_blocks() * chunks : 0;
        copy_queries();
        refresh_limits();
        load_list(0);
        for (u32 step = 0; step < stageCount - 1; step++) load(step);
        float c[MT][NT][4], total[Source::isSum ? MT : 1][Source::isSum ? NT : 1][4];
        for (u32 step = 0; step < steps; step++) {
            async_wait<stageCount - 2>();
            block_sync(); // the step's rows have arrived for all; the stage before it is free
            load(step + stageCount - 1);
            u32 chunk = step % chunks, taken = step / chunks, n = first + taken * grid_blocks();
            u32 stage = stages + step % stageCount * stageBytes;
            for (u32 group = ownGroup; group < groups; group += groupsAtOnce) {
                u32 rowOf[MT][2], query0 = group * groupQueries + 2 * (lane_id() & 3);
                // Here, so that a list's answer comes while products are added.
                if (Source::isSum || chunk == chunks - 1) find_rows(n, rowOf);
                if (chunk == 0) clear(c);
                add(c, stage, chunk, group);
                if constexpr (Source::isSum) {
                    if (chunk == 0) clear(total);
                    if (!source.ends_segment(chunk)) continue;
                    source.add_segment(total, c, rowOf, chunk, query0);
                    clear(c);
                    if (chunk == chunks - 1) take(total, rowOf, n, group, queue);
                } else if (chunk == chunks - 1) {
                    source.finish(c, rowOf, scales + query0);
                    take(c, rowOf, n, group, queue);
                }
            }

            if (batch.sample == nullptr && chunk == chunks - 1) maintain(taken, queue);
        }

        if (queue.count > 0) write_out<Source>(at, batchAt, queue.words, queue.queries, queue.count);
    }
};

template <class Source, u32 MT, u32 NT> DEVICE void scan(typename Source::At at, const Batch* batchAt) {
    typedef Scan<Source, MT, NT> OfSource;
    SHARED_BYTES(shared);
    Batch batch = *batchAt;
    if (!has_query(batch)) return;

    u32 padded = (batch.queryCount + OfSource::groupQueries - 1) / OfSource::groupQueries * OfSource::groupQueries;
    u32 stagesBytes = OfSource::stageCount * OfSource::stageBytes;
    u32 queriesBytes = padded * batch.queryBytes, warps = block_threads() / 32;
    u64* words = (u64*)(shared + stagesBytes + queriesBytes);
    u32* queueQueries = (u32*)(words + warps * QUEUE);
    Queue queue = {words + warp_id() * QUEUE, queueQueries + warp_id() * QUEUE, 0};
    float* limits = (float*)(queueQueries + warps * QUEUE);
    const Source source = Source::start(at, limits + 2 * padded, padded, batch.queryCount);
    u32 rows = batch.list != nullptr ? *batch.listCount : source.row_count();
    OfSource run = {at, batchAt, source, batch, shared_address(shared), shared_address(shared) + stagesBytes, rows,
        source.chunks(), 0, 0, limits, limits + padded, {}, 0};
    run.order.start((rows + OfSource::tileRows - 1) / OfSource::tileRows);
    run.run(queue);
}
