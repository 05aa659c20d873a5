// The pass over the rows that scans by learned similarities share: each warp has a ring of tiles of its own, which
// cp.async fills, and multiplies them with columns of the queries on the tensor cores.
//
// Four queries are a group, and their columns take turns, two at a time, so that a lane has all products of one query
// and a row: what a similarity makes of them takes no exchange between lanes.
// A source says how many rows of eight a lane has a score of (own), what is in shared memory besides, and makes scores
// that no canonical one is above by more than the query's error. It may hold a tile in registers for all groups, so that
// the tile's stage is free at once (holds), keep more than a score of what waits in the queue (keep), and makes
// survivors of that (settle).
// Defines: those of Survivors.cu, TileOrder.cu and SimilarityTable.cu, QUEUE.

#define STEP_BYTES 32u
#define GROUP_QUERIES 4u
#define PART_BYTES 128u // parts of a block's shared memory begin at multiples of it
#define HELD_STEPS 4u   // of a vector that is held in registers

// CudaScanTable in C#.
struct Table {
    const u8* rows;
    const float* norms;
    u32 rowCount;
    u32 rowBytes;
    u32 dim;
    u32 metric;
};

template <u32 element> DEVICE void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    if (element == ELEMENT_FLOAT16) mma_half(c, a, b0, b1);
    else if (element == ELEMENT_BFLOAT16) mma_bfloat(c, a, b0, b1);
    else mma_tf32(c, a, b0, b1);
}

DEVICE u32 whole_parts(u32 bytes) { return (bytes + PART_BYTES - 1) / PART_BYTES * PART_BYTES; }
// An odd multiple of 16 bytes from row to row: eight rows' pieces then lie in different banks.
DEVICE u32 odd_stride(u32 bytes) { return (bytes / 16 | 1) * 16; }

// The columns of the queries in shared memory, [group][fragment][8][column], and the numbers of each query.
struct Columns {
    u32 at, stride, steps, fragments; // of a group
    const float* numbers;             // [query][numberCount]
    u32 numberCount;

    DEVICE_MEMBER u32 bytes(u32 groups) const { return whole_parts(groups * fragments * 8 * stride); }

    // A packed query: its columns, whose count is twice the fragments', and its numbers.
    DEVICE_MEMBER void load(const Batch& batch, u32 groups, u8* shared, float* to) const {
        u32 columnBytes = steps * STEP_BYTES, pieces = columnBytes / 16, columns = 2 * fragments;
        for (u32 i = thread_id(); i < groups * GROUP_QUERIES * columns * pieces; i += block_threads()) {
            u32 column = i / pieces, piece = i - column * pieces, query = column / columns, own = column % columns;
            u32 in = own / 2 * 8 + 2 * (query % GROUP_QUERIES) + own % 2;
            U4 value = {0, 0, 0, 0};
            if (query < batch.queryCount)
                value = *(const U4*)(batch.queries + (u64)query * batch.queryBytes + own * columnBytes + piece * 16);
            *(U4*)(shared + (query / GROUP_QUERIES * fragments * 8 + in) * stride + piece * 16) = value;
        }

        for (u32 i = thread_id(); i < groups * GROUP_QUERIES * numberCount; i += block_threads()) {
            u32 query = i / numberCount;
            to[i] = query < batch.queryCount ? ((const float*)(batch.queries + (u64)query * batch.queryBytes
                + columns * columnBytes))[i - query * numberCount] : 0.0f;
        }
    }

    // The address of a lane's part of the fragments from one on, as load_matrix4 takes it.
    DEVICE_MEMBER u32 fragment(u32 group, u32 first) const {
        u32 lane = lane_id();
        return at + ((group * fragments + first) * 8 + (lane >> 4) * 8 + (lane & 7)) * stride + ((lane >> 3) & 1) * 16;
    }

    // The same of one fragment, two steps at a time.
    DEVICE_MEMBER u32 long_fragment(u32 group, u32 first) const {
        u32 lane = lane_id();
        return at + ((group * fragments + first) * 8 + (lane & 7)) * stride + (lane >> 3) * 16;
    }
};

template <class Source> struct Pass {
    enum : u32 { tileRows = 8 * Source::own };

    typename Source::At at;
    const Table& table;
    const Batch* batchAt;
    const Batch& batch;
    Source& source;
    Queue& queue;
    float* limits; // [query]: what a score has to reach
    u32 rows, ring, rowStride, first, apart, all, tiles; // lane s knows the tile in stage s
    TileOrder order;

    // The warp's next tile on its way to its stage.
    DEVICE_MEMBER void load(u32 taken) {
        u32 n = first + taken * apart;
        if (n < all) {
            u32 tile = order.tile(n), slot = taken % Source::stages;
            if (lane_id() == slot) tiles = tile;
            u64 start = (u64)tile * tileRows;
            u32 left = start >= rows ? 0 : smaller(rows - (u32)start, tileRows), to = ring + slot * tileRows * rowStride;
            if (batch.list == nullptr && rowStride == table.rowBytes) {
                const u8* from = table.rows + start * rowStride;
#pragma unroll 4
                for (u32 at = lane_id() * 16; at < left * rowStride; at += 32 * 16) async_copy16(to + at, from + at, 16);
                left = 0;
            }

            u32 pieces = table.rowBytes / 16;
            if (batch.list == nullptr && pieces % 32 == 0) {
                const u8* from = table.rows + start * table.rowBytes + lane_id() * 16;
                u32 at = to + lane_id() * 16;
                if (pieces == 32) {
#pragma unroll 4
                    for (; left > 0; left--, at += rowStride, from += 32 * 16) async_copy16(at, from, 16);
                }

                for (; left > 0; left--, at += rowStride, from += table.rowBytes)
                    for (u32 part = 0; part < table.rowBytes; part += 32 * 16) async_copy16(at + part, from + part, 16);
            }

            u32 r = lane_id() / pieces, piece = lane_id() - r * pieces, down = 32 / pieces, right = 32 - down * pieces;
            while (r < left) {
                u64 row = batch.list != nullptr ? batch.list[start + r] : start + r;
                async_copy16(to + r * rowStride + piece * 16, table.rows + row * table.rowBytes + piece * 16, 16);
                r += down;
                piece += right;
                if (piece >= pieces) {
                    piece -= pieces;
                    r++;
                }
            }
        }

        async_commit();
    }

    DEVICE_MEMBER void refresh_limits() const {
        u32 padded = (batch.queryCount + GROUP_QUERIES - 1) / GROUP_QUERIES * GROUP_QUERIES;
        for (u32 q = lane_id(); q < padded; q += 32)
            limits[q] = q < batch.queryCount
                ? float_from_ordered(load_changing(batch.cuts + q)) - batch.errors[q] : infinity();
    }

    DEVICE_MEMBER bool passes(u32 query, u32 row) const {
        u32 filter = batch.masks != nullptr ? batch.filters[query] : NO_FILTER;
        return filter == NO_FILTER || ((batch.masks[filter * batch.maskWords + row / 64] >> (row % 64)) & 1) != 0;
    }

    DEVICE_MEMBER u32 row_of(u64 place) const { return batch.list != nullptr ? batch.list[place] : (u32)place; }

    // What waits of the `own`-th of the lane's rows.
    DEVICE_MEMBER void put(bool kept, u32 upper, u32 query, u32 row, u32 own) const {
        u32 lanes = warp_ballot(kept);
        if (lanes == 0) return;
        if (kept) {
            u32 place = queue.count + bit_count(lanes & ((1u << lane_id()) - 1));
            queue.words[place] = (u64)upper << 32 | row;
            queue.queries[place] = query;
            source.keep(place, own);
        }

        queue.count += bit_count(lanes);
        if (source.is_full(queue)) write(false);
    }

    DEVICE_MEMBER void write(bool isLast) const {
        if (queue.count == 0) return;
        warp_sync();
        source.settle(at, batchAt, batch, queue, isLast);
        warp_sync();
    }

    DEVICE_MEMBER void take(const float (&scores)[Source::own], u64 start, u32 group) const {
        u32 query = group * GROUP_QUERIES + (lane_id() & 3), kept = 0;
        float limit = limits[query];
        u64 place = start + (lane_id() >> 2);
#pragma unroll
        for (u32 i = 0; i < Source::own; i++) kept |= (u32)!(scores[i] < limit) << i;
        if (start + tileRows > rows)
#pragma unroll
            for (u32 i = 0; i < Source::own; i++) kept &= place + 8 * i < rows ? ~0u : ~(1u << i);
        if (warp_ballot(kept != 0) == 0) return;
#pragma unroll 1
        for (u32 left = warp_or(kept); left != 0; left &= left - 1) {
            u32 i = lowest_bit(left);
            float score = scores[0];
#pragma unroll
            for (u32 j = 1; j < Source::own; j++) score = i == j ? scores[j] : score;
            bool isKept = (kept >> i & 1) != 0;
            u32 row = isKept ? row_of(place + 8 * i) : 0;
            isKept = isKept && query < batch.queryCount && passes(query, row);
            put(isKept, float_bits(score), query, row, i);
        }
    }

    // Scores of a sample; where more is made of what waits, the place in the sample waits with the row.
    DEVICE_MEMBER void sample(const float (&scores)[Source::own], u32 n, u64 start, u32 group) const {
        u32 query = group * GROUP_QUERIES + (lane_id() & 3);
        bool isMeant = query < batch.queryCount && limits[query] != infinity();
#pragma unroll
        for (u32 i = 0; i < Source::own; i++) {
            u32 in = 8 * i + (lane_id() >> 2), place = n * tileRows + in;
            bool isThere = isMeant && place < batch.sampleRows;
            u32 row = isThere && start + in < rows ? row_of(start + in) : ~0u;
            bool isPassing = row != ~0u && passes(query, row);
            if (isThere && (!Source::settles || !isPassing))
                *sample_at(batch, query, place) = isPassing ? scores[i] : -infinity();
            if (Source::settles) put(isPassing, place, query, row, i);
        }
    }

    DEVICE_MEMBER void maintain(u32 taken) const {
        u32 time = taken + 1;
        if ((time & (time - 1)) != 0 && time % 32 != 0) return;
        write(false);
        u32 warps = block_threads() / 32, apartOf = grid_blocks() * warps / (4 * batch.queryCount);
        u32 own = block_id() * warps + warp_id();
        if (apartOf == 0) apartOf = 1;
        if (own % apartOf == 0) {
            if (batch.groups.codes == nullptr) raise_cut(batch, own / apartOf % batch.queryCount);
            else raise_cut_by_slots(batchAt, own / apartOf % batch.queryCount);
        }

        refresh_limits();
        warp_sync();
    }

    DEVICE_MEMBER void run() {
        u32 groups = (batch.queryCount + GROUP_QUERIES - 1) / GROUP_QUERIES;
        constexpr u32 underWay = Source::holds ? Source::stages : Source::stages - 1;
        for (u32 stage = 0; stage < underWay; stage++) load(stage);
        for (u32 taken = 0; first + taken * apart < all; taken++) {
            async_wait<underWay - 1>();
            warp_sync(); // the tile is there for all lanes, and the one before it is free
            u64 start = (u64)warp_shuffle(tiles, taken % Source::stages) * tileRows;
            u32 n = first + taken * apart, stage = ring + taken % Source::stages * tileRows * rowStride;
            if constexpr (Source::holds) {
                source.hold(stage, rowStride);
                warp_sync();
            }

            load(taken + underWay);
            if (start >= rows && batch.sample == nullptr) continue;
            for (u32 group = 0; group < groups; group++) {
                float scores[Source::own];
                if (batch.sample == nullptr || Source::samples) source.score(stage, rowStride, group, scores);
                if (batch.sample != nullptr) sample(scores, n, start, group);
                else take(scores, start, group);
            }

            if (batch.sample == nullptr) maintain(taken);
        }

        write(true);
    }
};

template <class Source>
DEVICE void scan(const Table* tableAt, const Similarity* at, const Batch* batchAt, u32 isShared) {
    typedef Pass<Source> OfSource;
    SHARED_BYTES(shared);
    const Batch batch = *batchAt;
    const Table table = *tableAt;
    if (!has_query(batch)) return;

    u32 groups = (batch.queryCount + GROUP_QUERIES - 1) / GROUP_QUERIES, warps = block_threads() / 32;
    Columns columns = Source::columns_of(*at);
    columns.at = shared_address(shared);
    u8* next = shared + columns.bytes(groups);
    columns.numbers = (float*)next;
    columns.load(batch, groups, shared, (float*)next);
    next += whole_parts(groups * GROUP_QUERIES * columns.numberCount * 4);
    float* limits = (float*)next;
    next += whole_parts(groups * GROUP_QUERIES * 4);
    u64* words = (u64*)next;
    next += warps * Source::queued * 8;
    u32* queries = (u32*)next;
    next += warps * Source::queued * 4;
    Source source = Source::start(at, columns, next, isShared != 0);
    next += whole_parts(Source::bytes(*at, warps, isShared != 0));
    u32 rowStride = odd_stride(table.rowBytes), ringBytes = Source::stages * OfSource::tileRows * rowStride;
    // Products read a few numbers past a row, times zero: they have to be numbers.
    for (u32 i = thread_id() * 16; i < warps * ringBytes + PART_BYTES; i += block_threads() * 16)
        *(U4*)(next + i) = U4{0, 0, 0, 0};
    Queue queue = {words + warp_id() * Source::queued, queries + warp_id() * Source::queued, 0};
    u32 rows = batch.list != nullptr ? *batch.listCount : table.rowCount;
    OfSource pass = {at, table, batchAt, batch, source, queue, limits, rows,
        shared_address(next) + warp_id() * ringBytes, rowStride, block_id() * warps + warp_id(),
        grid_blocks() * warps, 0, 0, {}};
    pass.order.start((rows + OfSource::tileRows - 1) / OfSource::tileRows);
    pass.all = pass.order.count();
    if (batch.sample != nullptr) {
        clear_sample(batch, pass.all * OfSource::tileRows);
        pass.all = smaller(pass.all, (batch.sampleRows + OfSource::tileRows - 1) / OfSource::tileRows);
    }

    pass.refresh_limits();
    block_sync();
    pass.run();
}
