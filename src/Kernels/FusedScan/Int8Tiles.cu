// The scan of all rows of a table of 8-bit whole numbers, which lie side by side, by products of bytes on the tensor
// cores. A warp has a ring of its own, which bulk copies fill with tiles and their rows' scales. Fragments of some rows
// stay in registers for all queries, eight at a time: a lane reads 16 bytes of a row at once, and of a query the same,
// so that a step of the product takes bytes from everywhere in a row, which a sum does not mind.
// Sums start at 3 * 2^22, whose bits are those of the float 3 * 2^22 plus the sum: a product and a score's limit over the
// row's scale are compared by one multiply-add and half a maximum.
// Whatever has to be called stands outside the loop over tiles: see CodeScan.cu.
// Defines: those of Int8Queue.cu and TileRing.cu.

#define STEP_BYTES 32u
#define SUM_START 0x4b400000 // the float 3 * 2^22
struct alignas(8) Two { u32 words[2]; };

// What the loop over tiles knows, at the front of shared memory.
struct alignas(16) Facts {
    const u8* rows;
    const u16* scales;
    u32 rowCount, rowBytes, tileRows, stages, queries; // padded queries
    TileOrder order;
    u32 all; // tiles
};

static_assert(sizeof(Facts) <= FACTS_BYTES, "what follows in shared memory");

// No pointer is made of a number: the compiler has to see that it points to shared memory.
DEVICE u8* rings_of(const Shared& shared, u32 stages) {
    u8* at = (u8*)(shared.barriers + WARPS * stages);
    return at + ((0 - shared_address(at)) & 127);
}

DEVICE Facts* facts_of_block() {
    SHARED_BYTES(bytes);
    return (Facts*)bytes;
}

// A stage has a tile's rows, and then their scales.
DEVICE u32 stage_bytes(const Facts& facts) { return facts.tileRows * (facts.rowBytes + (u32)sizeof(u16)); }

// Asks for the warp's next tile.
DEVICE void ask(const Facts& facts, Place& place, u32 ring, u32 barrier, u32 slot) {
    u32 row = next_tile(facts, place, slot);
    if (row == NO_TILE || lane_id() != 0) return;
    u32 count = tile_rows_at(facts, row);
    u32 bytes = count * facts.rowBytes, scaleBytes = count * (u32)sizeof(u16);
    u32 stage = ring + slot * stage_bytes(facts);
    mbarrier_expect(barrier + 8 * slot, bytes + scaleBytes);
    bulk_copy(stage, facts.rows + (u64)row * facts.rowBytes, bytes, barrier + 8 * slot);
    bulk_copy(stage + facts.tileRows * facts.rowBytes, facts.scales + row, scaleBytes, barrier + 8 * slot);
}

// A lane's words of a row or a query: `steps` pairs of them.
template <u32 steps> DEVICE void load_words(u32 (&words)[2 * steps], const u8* row) {
    if constexpr (steps > 1) {
        const u8* at = row + 16 * (lane_id() & 3);
#pragma unroll
        for (u32 i = 0; i < steps / 2; i++) {
            const Four four = *(const Four*)(at + 64 * i);
#pragma unroll
            for (u32 w = 0; w < 4; w++) words[4 * i + w] = four.words[w];
        }
    }

    if constexpr (steps % 2 != 0) {
        const Two two = *(const Two*)(row + 32 * (steps - 1) + 8 * (lane_id() & 3));
        words[2 * steps - 2] = two.words[0], words[2 * steps - 1] = two.words[1];
    }
}

// How far a sum is past its limit, plus 3 * 2^22.
DEVICE i32 past_limit(i32 sum, float minusInverse, float limit) {
    return (i32)float_bits(fused(minusInverse, limit, float_from_bits((u32)sum)));
}

// A sum, and what it is compared with, are off by less than one: a limit over a scale is at most 2^22 where it matters,
// and rounded in its two factors and once more.
#define LEAST (SUM_START - 1)

// The i-th sum, by halves: no register is chosen by a number.
template <u32 count> DEVICE i32 chosen(const i32 (&sums)[count], u32 i) {
    i32 left[16];
#pragma unroll
    for (u32 n = 0; n < 16; n++) left[n] = count > 16 && (i & 16) != 0 ? sums[(n + 16) % count] : sums[n % count];
#pragma unroll
    for (u32 n = 0; n < 8; n++) left[n] = count > 8 && (i & 8) != 0 ? left[n + 8] : left[n];
#pragma unroll
    for (u32 n = 0; n < 4; n++) left[n] = (i & 4) != 0 ? left[n + 4] : left[n];
    i32 low = (i & 1) != 0 ? left[1] : left[0], high = (i & 1) != 0 ? left[3] : left[2];
    return (i & 2) != 0 ? high : low;
}

// A lane's sums: of `groups` times eight queries, each with `parts` times two rows and two queries. Sum i is of group
// i / (4 * parts), rows i / 4 % parts * 16 and, by its second bit, 8 further, and the query that its lowest bit says.
template <u32 parts, u32 groups> struct Sums {
    i32 all[4 * parts * groups];

    DEVICE_MEMBER i32 past_limit(u32 i, const float (&inverses)[parts][2], const float (&limits)[groups][2]) const {
        return ::past_limit(all[i], inverses[i / 4 % parts][i / 2 % 2], limits[i / (4 * parts)][i % 2]);
    }

    DEVICE_MEMBER static u32 row(u32 i) { return 16 * (i / 4 % parts) + 8 * (i / 2 % 2); }

    DEVICE_MEMBER static u32 query(u32 i) { return 8 * (i / (4 * parts)) + 2 * (lane_id() & 3) + (i & 1); }
};

// Lets what is kept wait, as far as there is room: false where there is none for the rest.
template <u32 parts, u32 groups>
DEVICE bool queue_kept(const Sums<parts, groups>& sums, const float (&inverses)[parts][2],
                       const float (&limits)[groups][2], Place& place, u32 rowCount, u64* waiting, u32 start) {
    u32 row0 = start + (lane_id() >> 2), kept = 0;
#pragma unroll
    for (u32 i = 0; i < 4 * parts * groups; i++)
        if (row0 + sums.row(i) < rowCount) kept |= (u32)(sums.past_limit(i, inverses, limits) >= LEAST) << i;
    kept &= place.left;
    for (u32 lanes = warp_ballot(kept != 0); lanes != 0; lanes = warp_ballot(kept != 0)) {
        if (place.count + bit_count(lanes) > INT8_QUEUE) {
            place.left = kept;
            return false;
        }

        u32 i = lowest_bit(kept), query = 8 * groups * place.group + sums.query(i);
        u32 total = (u32)(chosen(sums.all, i) - SUM_START + TOTAL_ZERO);
        if (kept != 0)
            waiting[place.count + bit_count(lanes & ((1u << lane_id()) - 1))] =
                (u64)total << 40 | (u64)query << 32 | (row0 + sums.row(i));
        kept &= kept - 1;
        place.count += bit_count(lanes);
    }

    place.left = ~0u;
    return true;
}

// Adds the products of some rows and eight queries: four sums for each sixteen rows.
template <u32 parts, u32 steps>
DEVICE void multiply(i32* sums, const u32 (&fragments)[parts][steps][4], const u32 (&query)[2 * steps],
                     const i32 (&start)[4]) {
#pragma unroll
    for (u32 m = 0; m < parts; m++) {
        i32 own[4];
        mma_bytes(own, fragments[m][0], query[0], query[1], start[0], start[1], start[2], start[3]);
#pragma unroll
        for (u32 s = 1; s < steps; s++)
            mma_bytes(own, fragments[m][s], query[2 * s], query[2 * s + 1], own[0], own[1], own[2], own[3]);
#pragma unroll
        for (u32 i = 0; i < 4; i++) sums[4 * m + i] = own[i];
    }
}

// Goes on over tiles as long as nothing has to be called; whether there are more.
template <u32 parts, u32 steps, u32 groups> DEVICE bool scan_tiles(Place& place) {
    const u32 partRows = 16 * parts, rowBytes = STEP_BYTES * steps;
    const Facts facts = *facts_of_block();
    const Shared shared = shared_of(facts.queries, rowBytes);
    const u32 rounds = facts.queries / (8 * groups), stageBytes = stage_bytes(facts);
    u8* ring = rings_of(shared, facts.stages) + warp_id() * facts.stages * stageBytes;
    const u32 barriers = shared_address(shared.barriers + warp_id() * facts.stages);
    u64* const waiting = shared.waiting + warp_id() * INT8_QUEUE;
    const u32 own = lane_id() >> 2, nothing = grid_blocks() >> 31; // zero, which the compiler cannot know
    // Registers that stay: the compiler would write them before each product.
    const i32 starts[4] = {(i32)keep(SUM_START), (i32)keep(SUM_START), (i32)keep(SUM_START), (i32)keep(SUM_START)};
    while (place.tiles > 0) {
        const u32 start = warp_shuffle(place.first, place.slot);
        if (start == NO_TILE) return false;
        mbarrier_wait(barriers + 8 * place.slot, place.phase);
        warp_sync();
        const u8* tile = ring + place.slot * stageBytes;
        const u16* scales = (const u16*)(tile + facts.tileRows * rowBytes);
#pragma unroll 1
        for (; place.part < facts.tileRows; place.part += partRows) {
            u32 fragments[parts][steps][4];
            float inverses[parts][2];
#pragma unroll
            for (u32 m = 0; m < parts; m++)
#pragma unroll
                for (u32 h = 0; h < 2; h++) {
                    u32 row = place.part + 16 * m + 8 * h + own;
                    u32 words[2 * steps];
                    load_words<steps>(words, tile + row * rowBytes);
                    // Made anew, so that they are put side by side here and not before each product.
#pragma unroll
                    for (u32 w = 0; w < 2 * steps; w++) fragments[m][w / 2][w % 2 * 2 + h] = words[w] ^ nothing;
                    // Of a row of zeros it is infinite: what reaches no positive limit, and any other.
                    inverses[m][h] = -reciprocal(float_from_half(scales[row]));
                }

#pragma unroll 1
            for (; place.group < rounds; place.group++) {
                const u32 first = 8 * groups * place.group;
                float limits[groups][2];
                Sums<parts, groups> sums;
#pragma unroll
                for (u32 n = 0; n < groups; n++) {
                    u32 query[2 * steps];
                    load_words<steps>(query, shared.queries + (first + 8 * n + own) * rowBytes);
                    const float* limitAt = shared.limits + first + 8 * n + 2 * (lane_id() & 3);
                    limits[n][0] = limitAt[0], limits[n][1] = limitAt[1];
                    multiply<parts, steps>(sums.all + 4 * parts * n, fragments, query, starts);
                }

                i32 most = sums.past_limit(0, inverses, limits);
#pragma unroll
                for (u32 i = 1; i < 4 * parts * groups; i++) most = larger(most, sums.past_limit(i, inverses, limits));
                if (warp_ballot(most >= LEAST) == 0) continue;
                if (!queue_kept(sums, inverses, limits, place, facts.rowCount, waiting, start + place.part)) return true;
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

template <u32 parts, u32 steps, u32 groups>
DEVICE void scan_int8(const Table* at, const Batch* batch, u32 tileRows, u32 stages) {
    if (!has_query(*batch)) return;
    const u32 rowBytes = STEP_BYTES * steps, each = 8 * groups, queries = (batch->queryCount + each - 1) / each * each;
    const Shared shared = shared_of(queries, rowBytes);
    load_queries(batch, shared, queries, rowBytes);
    const u32 barriers = shared_address(shared.barriers + warp_id() * stages);
    if (thread_id() == 0) {
        Facts facts;
        facts.rows = at->rows;
        facts.scales = at->scales;
        facts.rowCount = at->rowCount;
        facts.rowBytes = rowBytes;
        facts.tileRows = tileRows;
        facts.stages = stages;
        facts.queries = queries;
        facts.order.start((facts.rowCount + tileRows - 1) / tileRows);
        facts.all = facts.order.count();
        *facts_of_block() = facts;
    }

    if (lane_id() == 0) {
        for (u32 i = 0; i < stages; i++) mbarrier_init(barriers + 8 * i, 1);
        mbarrier_init_fence();
    }

    refresh_limits(batch, shared, queries, thread_id(), block_threads());
    block_sync();
    const u32 ring = shared_address(rings_of(shared, stages) + warp_id() * stages * stage_bytes(*facts_of_block()));
    u32 tiles = 1; // few at first, when cuts rise fast
    Place place = {0, 0, block_id() * WARPS + warp_id(), 0, 0, ~0u, 0, tiles, NO_TILE};
    for (u32 slot = 0; slot < stages; slot++) ask(*facts_of_block(), place, ring, barriers, slot);
    for (bool goesOn = true; goesOn;) {
        goesOn = scan_tiles<parts, steps, groups>(place);
        if (place.count > 0) flush(at, batch, queries, place.count);
        place.count = 0;
        if (place.tiles == 0) {
            maintain(batch, queries, rowBytes);
            tiles = smaller(2 * tiles, 32);
            place.tiles = tiles;
        }

        warp_sync(); // lanes that went their own ways go on together
    }
}

// For up to eight queries, and for more, whose sums leave room for half as many rows.
#define INT8_ARGUMENTS const Table* at, const Batch* batch, u32 tileRows, u32 stages
#define INT8_KERNELS(parts, steps) \
    KERNEL(scan_int8_8_##steps, (INT8_THREADS, 2), INT8_ARGUMENTS) { \
        scan_int8<parts, steps, 1>(at, batch, tileRows, stages); \
    } \
    KERNEL(scan_int8_16_##steps, (INT8_THREADS, 2), INT8_ARGUMENTS) { \
        scan_int8<2, steps, 2>(at, batch, tileRows, stages); \
    }
INT8_KERNELS(4, 1)
INT8_KERNELS(4, 2)
INT8_KERNELS(2, 3)
INT8_KERNELS(2, 4)
INT8_KERNELS(2, 5)
INT8_KERNELS(2, 6)
INT8_KERNELS(2, 7)
INT8_KERNELS(2, 8)
