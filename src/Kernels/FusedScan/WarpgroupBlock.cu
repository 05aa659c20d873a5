// What the threads of a block of WarpgroupScan.cu share: queries, queues, the ring of stages.
// Defines: TILE_ROWS, CONSUMERS.

#define CHUNK_BYTES 128u // of a row or a query: a stage, and what a tensor copy takes
#define STAGE_BYTES (TILE_ROWS * CHUNK_BYTES)
#define GROUP_QUERIES 64u
#define HALF_GROUP (GROUP_QUERIES / 2)
#define GROUP_BYTES (GROUP_QUERIES * CHUNK_BYTES)
#define TILE_RING 32u // tiles whose numbers are kept: more than there are stages
#define NO_TILE 0xffffffffu
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
// What all lanes of a warp have anyhow, so that the compiler knows it and keeps it once for all.
DEVICE u32 one_for_all(u32 v) { return warp_shuffle(v, 0); }
// What another warp changes; the same number for all lanes.
DEVICE u32 load_shared_changing(const u32* p) { return warp_shuffle(*(const volatile u32*)p, 0); }
DEVICE float load_shared_changing(const float* p) { return *(const volatile float*)p; }
template <class T> DEVICE void store_shared_changing(T* p, T v) { *(volatile T*)p = v; }

// What the scan needs of a query, in shared memory. `mask` has the words of whole tiles, or is null without a filter.
struct QueryFacts { const u32* mask; float factor, offset, error; u32 base, shift, unused; };
// How far a queue has been published and read; it is closed when no more will come.
struct QueueEnds { u32 published, drained, closed, unused; };

// What all threads of a block know.
struct Block {
    u64* words;         // [queue][QUEUE]: a product and its row
    u32* queries;       // [queue][QUEUE]: their queries
    QueueEnds* ends;    // [queue]
    QueryFacts* facts;  // [query]
    float* limits;      // [query]: the cut as a product of the tensor cores; infinite where there is no query
    u64* numbers;       // [n % TILE_RING]: the block's n-th tile, or NO_TILE after the last, and in front its place
    u32* issued;        // stages that were asked for
    u32 queriesAt, stages, full, empty, stageCount, groups, chunks, queryCount;
    u32 rows, tiles, places;
    TileOrder order;
    bool samples;

    DEVICE_MEMBER void set_tile(u32 number, u32 tile, u32 place) const {
        store_shared_changing(numbers + number % TILE_RING, (u64)place << 32 | tile);
    }

    // Once copies of it were asked for.
    DEVICE_MEMBER u32 tile_of(u32 number) const {
        return load_shared_changing((const u32*)(numbers + number % TILE_RING));
    }

    DEVICE_MEMBER u32 place_of(u32 number) const {
        return load_shared_changing((const u32*)(numbers + number % TILE_RING) + 1);
    }

    // A tile that may not be known yet: only when so many stages were asked for.
    DEVICE_MEMBER u32 tile_ahead(u32 number, u32 stages) const {
        return (i32)(load_shared_changing(issued) - stages) < 0 ? NO_TILE : tile_of(number);
    }
};

DEVICE float limit_of(const Batch& batch, const QueryFacts& facts, u32 query) {
    return (float_from_ordered(load_changing(batch.cuts + query)) - facts.error - facts.offset)
        * inverse_power(facts.factor);
}

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
