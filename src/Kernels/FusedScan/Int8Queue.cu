// What both scans of 8-bit rows share: queries in shared memory, and what is kept on its way out. A kernel's own facts
// come first there.
// Defines: those of Survivors.cu, INT8_QUEUE, INT8_THREADS, FACTS_BYTES.

#define WARPS (INT8_THREADS / 32)
#define TOTAL_ZERO (1 << 23)

// CudaScanTable in C#.
struct Table {
    const u8* rows; // [row][rowBytes], rowBytes a multiple of STEP_BYTES
    const float* norms;
    u32 rowCount;
    u32 rowBytes;
    u32 dim;
    u32 metric;
    const u16* scales; // [row] halves
    float scaleMax;    // no scale is larger
};

struct Rows {
    typedef const Table* At;
    DEVICE_MEMBER static float slow_score(At, const Batch&, u32, u32) { return 0; } // floats can score every row
};

struct alignas(16) Four { u32 words[4]; };

// The parts of shared memory. What is kept waits in a word: the row, the query, the sum (all 24 bits of it).
struct Shared {
    u8* queries;    // [query][rowBytes]
    u64* waiting;   // [warp][INT8_QUEUE]
    u64* words;     // [warp][32], on their way out
    u32* queryOf;   // [warp][32], their queries
    float* limits;  // [query]: a sum times its row's scale is kept from here on
    u64* barriers;  // [warp][stage]
};

DEVICE Shared shared_of(u32 queries, u32 rowBytes) {
    SHARED_BYTES(bytes);
    Shared shared;
    shared.queries = bytes + FACTS_BYTES;
    shared.waiting = (u64*)(shared.queries + queries * rowBytes);
    shared.words = shared.waiting + WARPS * INT8_QUEUE;
    shared.queryOf = (u32*)(shared.words + WARPS * 32);
    shared.limits = (float*)(shared.queryOf + WARPS * 32);
    shared.barriers = (u64*)(shared.limits + queries); // queries are a multiple of eight
    return shared;
}

// All threads.
DEVICE void load_queries(const Batch* batch, const Shared& shared, u32 queries, u32 rowBytes) {
    for (u32 i = thread_id(); i < queries * rowBytes / 16; i += block_threads()) {
        u32 query = i / (rowBytes / 16), piece = i % (rowBytes / 16);
        const Four none = {{0, 0, 0, 0}};
        ((Four*)shared.queries)[i] = query < batch->queryCount
            ? *(const Four*)(batch->queries + (u64)query * batch->queryBytes + 16 * piece) : none;
    }
}

DEVICE void refresh_limits(const Batch* batch, const Shared& shared, u32 padded, u32 first, u32 step) {
    for (u32 q = first; q < padded; q += step)
        shared.limits[q] = q >= batch->queryCount ? infinity()
            : (float_from_ordered(load_changing(batch->cuts + q)) - batch->errors[q] - batch->offsets[q])
                * (1.0f / batch->factors[q]);
}

// Writes out what waits.
DEVICE_CALL void flush(const Table* at, const Batch* batch, u32 queries, u32 count) {
    const Shared shared = shared_of(queries, at->rowBytes);
    const u64* waiting = shared.waiting + warp_id() * INT8_QUEUE;
    u64* words = shared.words + warp_id() * 32;
    u32* queryOf = shared.queryOf + warp_id() * 32;
    warp_sync();
    for (u32 first = 0; first < count; first += 32) {
        bool isThere = first + lane_id() < count;
        u64 word = isThere ? waiting[first + lane_id()] : 0;
        u32 query = (u32)(word >> 32) & 0xff, row = (u32)word;
        float sum = (float)((i32)(u32)(word >> 40) - TOTAL_ZERO);
        float scale = isThere ? float_from_half(at->scales[row]) : 0;
        float score = isThere ? fused(sum * scale, batch->factors[query], batch->offsets[query]) : 0;
        words[lane_id()] = (u64)float_bits(score) << 32 | row;
        queryOf[lane_id()] = query;
        write_out<Rows>(at, batch, words, queryOf, smaller(count - first, 32));
    }
}

// As in RowTiles.cu.
DEVICE_CALL void maintain(const Batch* batchAt, u32 queries, u32 rowBytes) {
    const Batch batch = *batchAt;
    u32 apart = grid_blocks() * WARPS / (4 * batch.queryCount), own = block_id() * WARPS + warp_id();
    if (apart == 0) apart = 1;
    if (own % apart == 0) raise_cut(batch, own / apart % batch.queryCount);
    // Other warps read and write them meanwhile: any of the values will do.
    refresh_limits(batchAt, shared_of(queries, rowBytes), queries, lane_id(), 32);
    warp_sync();
}
