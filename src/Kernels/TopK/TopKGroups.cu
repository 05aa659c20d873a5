// The finish of a scan with a cap on groups, by all blocks together: the kept words are put into their order, then their
// places are sorted by group. A place whose group has `cap` places before it is no hit; the others, counted in order,
// are.
// Defines: those of WideSort.cu, STATUS_*

// Words in their whole order: those in few of equal score find their places among them; where a query has many, it was
// sorted by row and key too.
DEVICE void put_in_order(const Sort& sort, u32 lastStep, u64* ordered) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        u32 query = piece.query, count = sort.board->kept[query];
        if (piece.first == piece.end) continue;
        const u64* words = words_at(sort, query, lastStep);
        bool whole = sort.board->runs[query] != 0;
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS) {
            u32 place = whole ? i : place_in_run(sort, words, i, count, 0xffffffff);
            ordered[sort.board->starts[query] + place] = words[i];
        }
    }
}

// Words to sort by group: the group's code above the place.
DEVICE void load_groups(const Sort& sort, const Groups& groups, const u64* ordered) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        u32 start = sort.board->starts[piece.query];
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS)
            sort.sides[0][start + i] = (u64)group_of(groups, (u32)ordered[start + i]) << 32 | i;
    }
}

// Whether each place is a hit, but for K.
DEVICE void mark_hits(const Sort& sort, u32 cap, u32 lastStep, u32* isHit) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (piece.first == piece.end) continue;
        const u64* words = words_at(sort, piece.query, lastStep);
        u32* own = isHit + sort.board->starts[piece.query];
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS) {
            u32 place = (u32)words[i];
            bool full = i >= cap && (words[i - cap] >> 32) == (words[i] >> 32);
            own[place] = !full && place < sort.board->valid[piece.query] ? 1 : 0;
        }
    }
}

// Hits of this thread's stretch of a tile.
DEVICE u32 own_hits(const Piece& piece, const u32* isHit) {
    u32 first = piece.first + thread_id() * WordsPerLane, count = 0;
    for (u32 i = first; i < first + WordsPerLane && i < piece.end; i++) count += isHit[i];
    return count;
}

DEVICE void count_hits(const Sort& sort, const u32* isHit, u32* warps) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (piece.first == piece.end) continue;
        u32 total;
        sum_before(own_hits(piece, isHit + sort.board->starts[piece.query]), warps, total);
        if (thread_id() == 0) tile_counts(sort, piece.query)[t % sort.tiles] = total;
    }
}

DEVICE void put_hits(const Sort& sort, u32 k, const u64* ordered, const u32* isHit, u64* hits, u32* warps) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (piece.first == piece.end) continue;
        u32 query = piece.query, before = 0, tilesBefore, total, start = sort.board->starts[query];
        for (u32 tile = thread_id(); tile < t % sort.tiles; tile += THREADS) before += tile_counts(sort, query)[tile];
        sum_before(before, warps, tilesBefore);
        u32 place = tilesBefore + sum_before(own_hits(piece, isHit + start), warps, total);
        u32 first = piece.first + thread_id() * WordsPerLane;
        for (u32 i = first; i < first + WordsPerLane && i < piece.end && place < k; i++) {
            if (isHit[start + i] == 0) continue;
            u64 word = ordered[start + i];
            float score = float_from_ordered(~(u32)(word >> 32));
            hits[(u64)query * k + place++] = (u64)float_bits(score) << 32 | (u32)word;
        }
    }
}

// hits[q][k], hitCounts[q] and status[q] from scores[pair] of pairs[pair], both of which are written over.
KERNEL(top_k_groups, (THREADS), const u32* counts, const float* cuts, u32 queryCount, u32 capacity, u32 k,
       const Groups* groupsAt, Board* board, u64* pairs, float* scores, const i64* keys, u64* first, u64* second,
       u32* tileCounts, u64* hits, u32* hitCounts, u32* status) {
    SHARED_BYTES(bytes);
    u32* shared = (u32*)bytes;
    const Groups groups = *groupsAt;
    u32 tiles = (u32)(((u64)capacity + TILE - 1) / TILE), lastStep = ScoreSteps;
    Sort sort = {board, {first, second}, tileCounts, keys, queryCount, tiles};
    load_words(sort, pairs, scores, cuts);
    grid_sync(&board->arrivedToSort);
    sort_steps(sort, 0, ScoreSteps, shared);
    find_runs(sort, 0xffffffff);
    grid_sync(&board->arrivedToSort);
    if (board->hasRuns != 0) {
        sort_steps(sort, ScoreSteps, Steps, shared);
        lastStep = Steps;
    }

    put_in_order(sort, lastStep, pairs);
    grid_sync(&board->arrivedToSort);
    load_groups(sort, groups, pairs);
    grid_sync(&board->arrivedToSort);
    sort_steps(sort, 0, groups.bytes, shared);
    mark_hits(sort, groups.cap, groups.bytes, (u32*)scores);
    grid_sync(&board->arrivedToSort);
    count_hits(sort, (u32*)scores, shared);
    grid_sync(&board->arrivedToSort);
    put_hits(sort, k, pairs, (u32*)scores, hits, shared);
    for (u32 query = block_id() * THREADS + thread_id(); query < queryCount; query += grid_blocks() * THREADS) {
        u32 count = 0;
        for (u32 tile = 0; tile < tiles_of(sort, query); tile++) count += tile_counts(sort, query)[tile];
        hitCounts[query] = count < k ? count : k;
        status[query] = counts[query] <= capacity ? STATUS_OK : STATUS_OVERFLOW;
    }
}
