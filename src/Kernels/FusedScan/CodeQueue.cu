// What both scans of codes share: queries in shared memory, and what is kept on its way out. A kernel's own facts come
// first there.
// Defines: those of Survivors.cu, CODE_QUEUE, CODE_THREADS, FACTS_BYTES.

#define WARPS (CODE_THREADS / 32)
#define SCORE_MAX 1000000.0f // above all scores

struct Codes {
    typedef const Table* At;
    DEVICE_MEMBER static float slow_score(At, const Batch&, u32, u32) { return 0; } // floats can score every code
};

// A block's part of shared memory. What is kept waits in a word: the row, the query, the total (all 24 bits of it).
struct Shared {
    u64* queries;    // [query][planes * words of a code]
    u64* waiting;    // [warp][CODE_QUEUE]
    u64* words;      // [warp][32], on their way out
    u32* queryOf;    // [warp][32], their queries
    i32* pluses;     // [query]: what is added to a total
    i32* needs;      // [query]: the lowest total that is kept
};

// How large what it holds is.
struct Sizes { u32 queries, words, planes; }; // padded queries, words of a code, planes of a query

DEVICE Shared shared_of(const Sizes& sizes) {
    SHARED_BYTES(bytes);
    Shared shared;
    shared.queries = (u64*)(bytes + FACTS_BYTES);
    shared.waiting = shared.queries + sizes.queries * sizes.planes * sizes.words;
    shared.words = shared.waiting + WARPS * CODE_QUEUE;
    shared.queryOf = (u32*)(shared.words + WARPS * 32);
    shared.pluses = (i32*)(shared.queryOf + WARPS * 32);
    shared.needs = shared.pluses + sizes.queries;
    return shared;
}

// What a kernel knows of its scan, at the front of shared memory.
struct Facts;
DEVICE Facts* facts_of_block() {
    SHARED_BYTES(bytes);
    return (Facts*)bytes;
}

#define TOTAL_ZERO (1 << 23)
DEVICE u64 waiting_word(u32 row, u32 query, i32 total) {
    return (u64)(u32)(total + TOTAL_ZERO) << 40 | (u64)query << 32 | row;
}

// All queries of a batch have as many.
DEVICE u32 planes_of(const Batch* batch) { return ((const QueryHead*)batch->queries)->planes; }

// All threads.
DEVICE void load_queries(const Batch* batch, const Sizes& sizes) {
    const Shared shared = shared_of(sizes);
    u32 queryWords = sizes.planes * sizes.words, queryCount = batch->queryCount;
    for (u32 i = thread_id(); i < sizes.queries * queryWords; i += block_threads()) {
        u32 query = i / queryWords;
        const u8* packed = batch->queries + (u64)query * batch->queryBytes + sizeof(QueryHead);
        shared.queries[i] = query < queryCount ? ((const u64*)packed)[i - query * queryWords] : 0;
    }

    for (u32 q = thread_id(); q < sizes.queries; q += block_threads())
        shared.pluses[q] =
            q < queryCount ? ((const QueryHead*)(batch->queries + (u64)q * batch->queryBytes))->plus : 0;
}

DEVICE void refresh_needs(const Batch* batch, const Shared& shared, u32 padded, u32 first, u32 step) {
    for (u32 q = first; q < padded; q += step) {
        float cut = q < batch->queryCount ? float_from_ordered(load_changing(batch->cuts + q)) : infinity();
        cut = cut < -SCORE_MAX ? -SCORE_MAX : cut > SCORE_MAX ? SCORE_MAX : cut;
        i32 least = (i32)cut;
        shared.needs[q] = ((float)least < cut ? least + 1 : least) - shared.pluses[q];
    }
}

// Writes out what waits.
DEVICE_CALL void flush(const Table* at, const Batch* batch, Sizes sizes, u32 count) {
    const Shared shared = shared_of(sizes);
    const u64* waiting = shared.waiting + warp_id() * CODE_QUEUE;
    u64* words = shared.words + warp_id() * 32;
    u32* queryOf = shared.queryOf + warp_id() * 32;
    warp_sync();
    for (u32 first = 0; first < count; first += 32) {
        u64 word = first + lane_id() < count ? waiting[first + lane_id()] : 0;
        u32 query = (u32)(word >> 32) & 0xff;
        float score = (float)((i32)(u32)(word >> 40) - TOTAL_ZERO + shared.pluses[query]);
        words[lane_id()] = (u64)float_bits(score) << 32 | (u32)word;
        queryOf[lane_id()] = query;
        write_out<Codes>(at, batch, words, queryOf, smaller(count - first, 32));
    }
}

// As in RowTiles.cu.
DEVICE_CALL void maintain(const Batch* batchAt, Sizes sizes) {
    const Batch batch = *batchAt;
    u32 apart = grid_blocks() * WARPS / (4 * batch.queryCount), own = block_id() * WARPS + warp_id();
    if (apart == 0) apart = 1;
    if (own % apart == 0) {
        if (batch.groups.codes == nullptr) raise_cut(batch, own / apart % batch.queryCount);
        else raise_cut_by_slots(batchAt, own / apart % batch.queryCount);
    }

    // Other warps read and write them meanwhile: any of the values will do.
    refresh_needs(batchAt, shared_of(sizes), sizes.queries, lane_id(), 32);
    warp_sync();
}
