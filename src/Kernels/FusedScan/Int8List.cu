// The scan of listed 8-bit rows for few queries, whose rows lie anywhere: some lanes take a row together, 16 bytes each,
// and eight rows at a time, of which the next eight are looked up meanwhile. A sum is compared with its limit over the
// largest of all scales at first: a row's own scale, which lies elsewhere, is read only for what is left.
// Whatever has to be called stands outside the loop over rows: see CodeScan.cu.
// Defines: those of Int8Queue.cu.

constexpr u32 Loads = 8; // of a lane at once

// Where a warp is: the piece of the list, the query, how many wait, after how many pieces cuts are to rise.
struct Place { u32 piece, query, count, left; };

// What a block knows of its list, at the front of shared memory.
struct Facts {
    const u8* rows;
    const u16* scales;
    const u32* list;
    u32 count, rowBytes, queries, padded;
    float scaleMax;
};

static_assert(sizeof(Facts) <= FACTS_BYTES, "what follows in shared memory");

DEVICE Facts* facts_of_block() {
    SHARED_BYTES(bytes);
    return (Facts*)bytes;
}

// Sums below do not reach the limit, whatever the scale; where a limit is not positive, any sum may.
DEVICE i32 least_sum(float limit, float inverse) {
    const float Most = 16777216.0f;
    if (!(limit > 0)) return -(1 << 30);
    float least = limit * inverse;
    return (i32)(least < Most ? least : Most) - 2;
}

// Adds a lane's parts over the lanes of a row: what is left are the sums of some of the rows, and how many.
template <u32 lanes> DEVICE void add_lanes(i32 (&parts)[Loads]) {
    u32 left = Loads;
#pragma unroll
    for (u32 distance = lanes / 2; distance > 0; distance /= 2) {
        if (left == 1) {
            parts[0] += (i32)warp_shuffle_xor((u32)parts[0], distance);
            continue;
        }

        left /= 2;
        bool upper = (lane_id() & distance) != 0;
#pragma unroll
        for (u32 i = 0; i < Loads / 2; i++) {
            if (i >= left) continue;
            i32 given = upper ? parts[i] : parts[i + left], kept = upper ? parts[i + left] : parts[i];
            parts[i] = kept + (i32)warp_shuffle_xor((u32)given, distance);
        }
    }
}

template <u32 lanes> struct Rows8 {
    static constexpr u32 OfLoad = 32 / lanes, OfPiece = Loads * OfLoad;
    static constexpr u32 Own = lanes < Loads ? Loads / lanes : 1, Sharers = lanes < Loads ? 1 : lanes / Loads;

    // The place in a piece of the i-th row that a lane has the sum of.
    DEVICE_MEMBER static u32 own_place(u32 i) {
        return (Own * (lane_id() % lanes / Sharers) + i) * OfLoad + lane_id() / lanes;
    }
};

template <u32 lanes> DEVICE void look_up(const Facts& facts, u32 piece, u32 (&rows)[Loads]) {
#pragma unroll
    for (u32 i = 0; i < Loads; i++) {
        u64 place = (u64)piece * Rows8<lanes>::OfPiece + i * Rows8<lanes>::OfLoad + lane_id() / lanes;
        rows[i] = facts.list[place < facts.count ? place : facts.count - 1];
    }
}

// Lets what reaches its limit wait; there is room for all of a piece's. How much waits then.
template <u32 lanes>
DEVICE u32 queue_kept(const Facts& facts, const i32 (&sums)[Loads], u32 piece, u32 query, i32 least, float limit,
                      u64* waiting, u32 count) {
#pragma unroll 1
    for (u32 i = 0; i < Rows8<lanes>::Own; i++) {
        i32 sum = 0;
#pragma unroll
        for (u32 n = 0; n < Rows8<lanes>::Own; n++) sum = n == i ? sums[n] : sum;
        u64 place = (u64)piece * Rows8<lanes>::OfPiece + Rows8<lanes>::own_place(i);
        bool kept = sum >= least && place < facts.count && lane_id() % Rows8<lanes>::Sharers == 0;
        u32 row = 0;
        if (kept) {
            row = facts.list[place];
            // Of a row of zeros the inverse is infinite: it reaches any limit that is not positive.
            kept = !(fused(-limit, reciprocal(float_from_half(facts.scales[row])), (float)sum) < -1);
        }

        u32 all = warp_ballot(kept);
        if (kept)
            waiting[count + bit_count(all & ((1u << lane_id()) - 1))] =
                (u64)(u32)(sum + TOTAL_ZERO) << 40 | (u64)query << 32 | row;
        count += bit_count(all);
    }

    return count;
}

// Goes on over pieces of the list as long as nothing has to be called; whether there are more.
template <u32 lanes> DEVICE bool scan_pieces(Place& place) {
    const Facts facts = *facts_of_block();
    const Shared shared = shared_of(facts.padded, facts.rowBytes);
    u64* const waiting = shared.waiting + warp_id() * INT8_QUEUE;
    const u32 pieces = (u32)(((u64)facts.count + Rows8<lanes>::OfPiece - 1) / Rows8<lanes>::OfPiece);
    const u32 stride = grid_blocks() * WARPS, at = 16 * (lane_id() % lanes);
    const bool isThere = at < facts.rowBytes;
    const float inverse = 1.0f / facts.scaleMax;
    if (place.piece >= pieces) return false;
    u32 next[Loads];
    look_up<lanes>(facts, place.piece, next);
    while (place.left > 0) {
        Four row[Loads];
#pragma unroll
        for (u32 i = 0; i < Loads; i++) {
            row[i] = {{0, 0, 0, 0}};
            if (isThere) row[i] = *(const Four*)(facts.rows + (u64)next[i] * facts.rowBytes + at);
        }

        u32 after = place.piece + stride;
        look_up<lanes>(facts, after < pieces && after > place.piece ? after : place.piece, next);
        for (; place.query < facts.queries; place.query++) {
            if (place.count + Rows8<lanes>::OfPiece > INT8_QUEUE) return true;
            Four query = {{0, 0, 0, 0}};
            if (isThere) query = *(const Four*)(shared.queries + place.query * facts.rowBytes + at);
            i32 sums[Loads];
#pragma unroll
            for (u32 i = 0; i < Loads; i++) {
                sums[i] = 0;
#pragma unroll
                for (u32 w = 0; w < 4; w++) sums[i] = dot_bytes(row[i].words[w], query.words[w], sums[i]);
            }

            add_lanes<lanes>(sums);
            float limit = shared.limits[place.query];
            i32 least = least_sum(limit, inverse), most = sums[0];
#pragma unroll
            for (u32 i = 1; i < Rows8<lanes>::Own; i++) most = larger(most, sums[i]);
            if (warp_ballot(most >= least) != 0)
                place.count =
                    queue_kept<lanes>(facts, sums, place.piece, place.query, least, limit, waiting, place.count);
        }

        place.query = 0;
        place.left--;
        if (after >= pieces || after < place.piece) {
            place.piece = ~0u;
            return false;
        }

        place.piece = after;
    }

    return true;
}

template <u32 lanes> DEVICE void scan_list(const Table* at, const Batch* batch) {
    if (!has_query(*batch) || *batch->listCount == 0) return;
    const u32 rowBytes = at->rowBytes, queries = batch->queryCount;
    // Parts of shared memory begin where eight queries would let them.
    const u32 padded = (queries + 7) / 8 * 8;
    const Shared shared = shared_of(padded, rowBytes);
    load_queries(batch, shared, padded, rowBytes);
    if (thread_id() == 0)
        *facts_of_block() = {at->rows, at->scales, batch->list, *batch->listCount, rowBytes, queries, padded, at->scaleMax};
    refresh_limits(batch, shared, padded, thread_id(), block_threads());
    block_sync();
    u32 pieces = 1; // few at first, when cuts rise fast
    Place place = {block_id() * WARPS + warp_id(), 0, 0, pieces};
    for (bool goesOn = true; goesOn;) {
        goesOn = scan_pieces<lanes>(place);
        if (place.count > 0) flush(at, batch, padded, place.count);
        place.count = 0;
        if (place.left == 0) {
            maintain(batch, padded, rowBytes);
            pieces = smaller(2 * pieces, 32);
            place.left = pieces;
        }

        warp_sync(); // lanes that went their own ways go on together
    }
}

#define LIST_KERNEL(lanes) \
    KERNEL(scan_int8_list_##lanes, (INT8_THREADS, 3), const Table* at, const Batch* batch) { scan_list<lanes>(at, batch); }
LIST_KERNEL(2)
LIST_KERNEL(4)
LIST_KERNEL(8)
LIST_KERNEL(16)
