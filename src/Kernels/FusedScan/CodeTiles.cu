// The scan of codes for queries that are codes too, by products of bits on the tensor cores: all rows of a table, which
// lie side by side. A row and its complement against a query and its complement give how many bits agree, and the most of
// three sums is one instruction. A warp has a ring of its own, which bulk copies fill with tiles; its rows are taken some
// at a time, for eight queries at a time.
// Whatever has to be called stands outside the loop over tiles: see CodeScan.cu.
// Defines: those of CodeQueue.cu and TileRing.cu.

// What the loop over tiles knows, at the front of shared memory.
struct alignas(16) Facts {
    const u8* rows;
    u32 rowCount, rowBytes, tileRows, stages;
    Sizes sizes;
    TileOrder order;
    u32 all; // tiles
};

static_assert(sizeof(Facts) <= FACTS_BYTES, "what follows in shared memory");

// Further parts of shared memory: how many bits have to agree, [query], and rings.
DEVICE i32* leasts_of(const Sizes& sizes) { return shared_of(sizes).needs + sizes.queries; }
DEVICE u64* barriers_of(const Sizes& sizes) {
    return (u64*)(leasts_of(sizes) + sizes.queries); // queries are a multiple of eight
}
DEVICE u8* rings_of(const Sizes& sizes, u32 stages) {
    // No pointer is made of a number: the compiler has to see that it points to shared memory.
    u8* at = (u8*)(barriers_of(sizes) + WARPS * stages);
    return at + ((0 - shared_address(at)) & 127);
}

// Asks for the warp's next tile.
DEVICE void ask(const Facts& facts, Place& place, u32 ring, u32 barrier, u32 slot) {
    u32 row = next_tile(facts, place, slot);
    if (row == NO_TILE || lane_id() != 0) return;
    u32 bytes = tile_rows_at(facts, row) * facts.rowBytes;
    mbarrier_expect(barrier + 8 * slot, bytes);
    bulk_copy(ring + slot * facts.tileRows * facts.rowBytes, facts.rows + (u64)row * facts.rowBytes, bytes, barrier + 8 * slot);
}

// A lane's side of fragments: the low or the high half of a word, and in the upper lanes of four its complement.
struct Side {
    u32 flip;        // what words are XORed with
    u32 first;       // words before the lane's first row, and before its first query

    DEVICE_MEMBER explicit Side(u32 words)
        : flip(keep((lane_id() & 2) != 0 ? ~0u : 0)), first(keep((lane_id() >> 2) * 2 * words + (lane_id() & 1))) {}
};

// How many bits agree: of some rows with eight queries.
template <u32 parts, bool isOneWord>
DEVICE void multiply(i32 (&sums)[parts][4], const u32 (&rows)[parts][2], const u32* part, const u32* queries,
                     u32 words, u32 flip) {
    if constexpr (isOneWord) {
        u32 query = queries[0] ^ flip;
#pragma unroll
        for (u32 m = 0; m < parts; m++) mma_bits(sums[m], rows[m][0], rows[m][1], query, 0, 0, 0, 0);
    } else {
#pragma unroll
        for (u32 m = 0; m < parts; m++) sums[m][0] = 0, sums[m][1] = 0, sums[m][2] = 0, sums[m][3] = 0;
#pragma unroll 1
        for (u32 w = 0; w < words; w++) {
            u32 query = queries[2 * w] ^ flip;
#pragma unroll
            for (u32 m = 0; m < parts; m++) {
                u32 low = part[2 * (16 * m * words + w)] ^ flip, high = part[2 * ((16 * m + 8) * words + w)] ^ flip;
                mma_bits(sums[m], low, high, query, sums[m][0], sums[m][1], sums[m][2], sums[m][3]);
            }
        }
    }
}

// The most of a lane's sums with one of its two queries.
template <u32 parts> DEVICE i32 most_of(const i32 (&sums)[parts][4], u32 odd) {
    i32 most = sums[0][odd];
#pragma unroll
    for (u32 i = 1; i < 2 * parts; i++) most = larger(most, sums[i / 2][2 * (i % 2) + odd]);
    return most;
}

// The i-th sum, by halves: no register is chosen by a number.
template <u32 parts> DEVICE i32 chosen(const i32 (&sums)[parts][4], u32 i) {
    i32 left[16];
#pragma unroll
    for (u32 n = 0; n < 16; n++) {
        const u32 other = n + 16; // of eight parts only
        left[n] = parts == 8 && (i & 16) != 0 ? sums[other / 4 % parts][other % 4] : sums[n / 4][n % 4];
    }
#pragma unroll
    for (u32 n = 0; n < 8; n++) left[n] = (i & 8) != 0 ? left[n + 8] : left[n];
#pragma unroll
    for (u32 n = 0; n < 4; n++) left[n] = (i & 4) != 0 ? left[n + 4] : left[n];
    i32 low = (i & 1) != 0 ? left[1] : left[0], high = (i & 1) != 0 ? left[3] : left[2];
    return (i & 2) != 0 ? high : low;
}

// Lets what is kept wait, as far as there is room: false where there is none for the rest.
template <u32 parts>
DEVICE bool queue_kept(const i32 (&sums)[parts][4], Place& place, const Facts& facts, u64* waiting, u32 start,
                       const i32 (&least)[2]) {
    u32 kept = 0, row0 = start + (lane_id() >> 2);
#pragma unroll
    for (u32 i = 0; i < 4 * parts; i++)
        if (row0 + 16 * (i / 4) + 8 * (i / 2 % 2) < facts.rowCount) kept |= (u32)(sums[i / 4][i % 4] >= least[i % 2]) << i;
    kept &= place.left;
    for (u32 lanes = warp_ballot(kept != 0); lanes != 0; lanes = warp_ballot(kept != 0)) {
        if (place.count + bit_count(lanes) > CODE_QUEUE) {
            place.left = kept;
            return false;
        }

        u32 i = lowest_bit(kept), row = row0 + 16 * (i / 4) + 8 * (i / 2 % 2);
        u32 query = 8 * place.group + 2 * (lane_id() & 3) + (i & 1);
        i32 total = 2 * chosen<parts>(sums, i) - 128 * (i32)facts.sizes.words;
        if (kept != 0) waiting[place.count + bit_count(lanes & ((1u << lane_id()) - 1))] = waiting_word(row, query, total);
        kept &= kept - 1;
        place.count += bit_count(lanes);
    }

    place.left = ~0u;
    return true;
}

// Goes on over tiles as long as nothing has to be called; whether there are more.
template <u32 parts, bool isOneWord> DEVICE bool scan_tiles(Place& place) {
    const u32 partRows = 16 * parts;
    const Facts facts = *facts_of_block();
    const Shared shared = shared_of(facts.sizes);
    const u32 groups = facts.sizes.queries / 8, words = facts.sizes.words, tileBytes = facts.tileRows * facts.rowBytes;
    const Side side(words);
    const i32* leasts = leasts_of(facts.sizes) + 2 * (lane_id() & 3);
    const u32* queries = (const u32*)shared.queries + side.first;
    u8* ring = rings_of(facts.sizes, facts.stages) + warp_id() * facts.stages * tileBytes;
    const u32 barriers = shared_address(barriers_of(facts.sizes) + warp_id() * facts.stages);
    u64* const waiting = shared.waiting + warp_id() * CODE_QUEUE;
    while (place.tiles > 0) {
        const u32 start = warp_shuffle(place.first, place.slot);
        if (start == NO_TILE) return false;
        mbarrier_wait(barriers + 8 * place.slot, place.phase);
        warp_sync();
        const u32* tile = (const u32*)(ring + place.slot * tileBytes) + side.first;
#pragma unroll 1
        for (; place.part < facts.tileRows; place.part += partRows) {
            const u32* part = tile + place.part * 2 * words;
            u32 rows[parts][2];
#pragma unroll
            for (u32 m = 0; m < parts; m++)
#pragma unroll
                for (u32 h = 0; h < 2; h++) rows[m][h] = isOneWord ? part[2 * (16 * m + 8 * h)] ^ side.flip : 0;
            const u32* query = queries + 16 * words * place.group;
            const i32* leastAt = leasts + 8 * place.group;
#pragma unroll 1
            for (; place.group < groups; place.group++, query += 16 * words, leastAt += 8) {
                i32 sums[parts][4], least[2] = {leastAt[0], leastAt[1]};
                multiply<parts, isOneWord>(sums, rows, part, query, words, side.flip);
                u32 any = (u32)(most_of<parts>(sums, 0) >= least[0]) | (u32)(most_of<parts>(sums, 1) >= least[1]);
                if (warp_ballot(any != 0) == 0) continue;
                if (!queue_kept<parts>(sums, place, facts, waiting, start + place.part, least)) return true;
            }

            place.group = 0;
        }

        place.part = 0;
        place.tiles--;
        warp_sync(); // all have read the tile
        ask(facts, place, shared_address(ring), barriers, place.slot);
        go_on(place, facts.stages);
    }

    return true;
}

DEVICE void refresh_leasts(const Sizes& sizes, u32 first, u32 step) {
    const Shared shared = shared_of(sizes);
    i32* leasts = leasts_of(sizes);
    for (u32 q = first; q < sizes.queries; q += step) leasts[q] = (shared.needs[q] + 128 * (i32)sizes.words + 1) >> 1;
}

template <u32 parts, bool isOneWord>
DEVICE void scan_codes(const Table* at, const Batch* batch, u32 tileRows, u32 stages) {
    if (planes_of(batch) != 1 || !has_query(*batch)) return;

    Sizes sizes = {(batch->queryCount + 7) / 8 * 8, at->dim / 64, 1};
    load_queries(batch, sizes);
    const u32 barriers = shared_address(barriers_of(sizes) + warp_id() * stages);
    const u32 ring = shared_address(rings_of(sizes, stages) + warp_id() * stages * tileRows * at->rowBytes);
    if (thread_id() == 0) {
        Facts facts;
        facts.rows = at->rows;
        facts.rowCount = at->rowCount;
        facts.rowBytes = at->rowBytes;
        facts.tileRows = tileRows;
        facts.stages = stages;
        facts.sizes = sizes;
        facts.order.start((facts.rowCount + tileRows - 1) / tileRows);
        facts.all = facts.order.count();
        *facts_of_block() = facts;
    }

    if (lane_id() == 0) {
        for (u32 i = 0; i < stages; i++) mbarrier_init(barriers + 8 * i, 1);
        mbarrier_init_fence();
    }

    block_sync();
    refresh_needs(batch, shared_of(sizes), sizes.queries, thread_id(), block_threads());
    block_sync();
    refresh_leasts(sizes, thread_id(), block_threads());
    block_sync();

    u32 tiles = 1; // few at first, when cuts rise fast
    Place place = {0, 0, block_id() * WARPS + warp_id(), 0, 0, ~0u, 0, tiles, NO_TILE};
    for (u32 slot = 0; slot < stages; slot++) ask(*facts_of_block(), place, ring, barriers, slot);
    for (bool goesOn = true; goesOn;) {
        goesOn = scan_tiles<parts, isOneWord>(place);
        if (place.count > 0) flush(at, batch, facts_of_block()->sizes, place.count);
        place.count = 0;
        if (place.tiles == 0) {
            maintain(batch, facts_of_block()->sizes);
            refresh_leasts(facts_of_block()->sizes, lane_id(), 32);
            tiles = smaller(2 * tiles, 32);
            place.tiles = tiles;
        }

        warp_sync(); // lanes that went their own ways go on together
    }
}

#define CODE_KERNEL(name, parts, isOneWord) \
    KERNEL(name, (CODE_THREADS, 2), const Table* at, const Batch* batch, u32 tileRows, u32 stages) { \
        scan_codes<parts, isOneWord>(at, batch, tileRows, stages); \
    }
CODE_KERNEL(scan_code_tiles_64, 8, true)
CODE_KERNEL(scan_code_tiles_256, 8, false)
CODE_KERNEL(scan_code_tiles_1024, 4, false)
