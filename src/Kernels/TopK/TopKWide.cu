// The finish of a scan where a block a query is not enough: a large k, or long lists. The same answers as TopK.cu, by
// all blocks together, which wait for each other at the end of each step.
// Kept words are sorted by score alone at first, since equal scores are few as a rule and are settled where they lie; a
// query with more than RUN_MAX equal scores in a row is sorted again by row, key and score.
// Defines: those of WideSort.cu, BIN_BITS, LEVELS, STATUS_*

constexpr u32 Bins = 1 << BIN_BITS;

// --- the cut ---------------------------------------------------------------------------------------------------------
struct Lists {
    const u64* words;
    const u32* counts;
    u32 queryCount, capacity, k, tiles;
};

// Whether the list is whole and has more words than are wanted.
DEVICE bool is_cut(const Lists& lists, u32 query) {
    return lists.counts[query] > lists.k && lists.counts[query] <= lists.capacity;
}

DEVICE u32 bin_shift(u32 low, u32 high) {
    u32 bits = 32 - leading_zeros(high - low);
    return bits > BIN_BITS ? bits - BIN_BITS : 0;
}

DEVICE void find_ranges(const Lists& lists, Board* board) {
    for (u64 t = block_id(); t < (u64)lists.queryCount * lists.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, lists.tiles, lists.counts);
        const u64* words = lists.words + (u64)piece.query * lists.capacity;
        if (!is_cut(lists, piece.query) || piece.first == piece.end) continue;
        u32 low = 0xffffffff, high = 0;
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS) {
            u32 value = (u32)(words[i] >> 32);
            low = value < low ? value : low;
            high = value > high ? value : high;
        }

        low = warp_min(low);
        high = warp_max(high);
        if (lane_id() == 0 && low <= high) {
            global_max(&board->lowInverted[piece.query], ~low);
            global_max(&board->high[piece.query], high);
        }
    }
}

DEVICE void count_bins(const Lists& lists, Board* board, u32* allBins, u32* bins) {
    for (u64 t = block_id(); t < (u64)lists.queryCount * lists.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, lists.tiles, lists.counts);
        const u64* words = lists.words + (u64)piece.query * lists.capacity;
        if (!is_cut(lists, piece.query) || piece.first == piece.end) continue;
        u32 low = ~board->lowInverted[piece.query], high = board->high[piece.query], shift = bin_shift(low, high);
        for (u32 b = thread_id(); b < Bins; b += THREADS) bins[b] = 0;
        block_sync();
        for (u32 first = piece.first + warp_id() * 32; first < piece.end; first += THREADS) {
            u32 i = first + lane_id(), value = i < piece.end ? (u32)(words[i] >> 32) : 0;
            bool counts = i < piece.end && value >= low && value <= high;
            u32 bin = counts ? (value - low) >> shift : 0xffffffff, leader = warp_shuffle(bin, 0);
            u32 same = warp_ballot(counts && bin == leader);
            if (lane_id() == 0 && same != 0) shared_add(&bins[leader], bit_count(same));
            if (counts && bin != leader) shared_add(&bins[bin], 1u);
        }

        block_sync();
        for (u32 b = thread_id(); b < Bins; b += THREADS)
            if (bins[b] != 0) global_add(&allBins[(u64)piece.query * Bins + b], bins[b]);
        block_sync();
    }
}

// Narrows the range of each query to the bin in which the K-th best is.
DEVICE void choose_bins(const Lists& lists, Board* board, const u32* allBins, u32* warps) {
    constexpr u32 PerThread = Bins / THREADS;
    for (u32 query = block_id(); query < lists.queryCount; query += grid_blocks()) {
        if (!is_cut(lists, query)) continue;
        const u32* bins = allBins + (u64)query * Bins;
        u32 low = ~board->lowInverted[query], high = board->high[query], shift = bin_shift(low, high);
        u32 need = lists.k - board->above[query], bin = Bins - 1 - PerThread * thread_id(), sum = 0, total;
        for (u32 b = 0; b < PerThread; b++) sum += bins[bin - b];
        u32 above = sum_before(sum, warps, total);
        if (above < need && need <= above + sum) {
            while (above + bins[bin] < need) above += bins[bin--];
            u32 newLow = low + (bin << shift), last = newLow + ((1u << shift) - 1);
            board->above[query] += above;
            board->lowInverted[query] = ~newLow;
            board->high[query] = last < high ? last : high;
        }

        block_sync();
    }
}

// Counts the words that may reach the cut, or puts down their pairs.
template <bool puts>
DEVICE void keep(const Lists& lists, Board* board, const float* cuts, const float* twice, u64* pairs, u32* shared) {
    u32* warps = shared;
    u32* at = shared + Warps;
    for (u64 t = block_id(); t < (u64)lists.queryCount * lists.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, lists.tiles, lists.counts);
        u32 query = piece.query;
        if (lists.counts[query] > lists.capacity || piece.first == piece.end) continue;
        const u64* words = lists.words + (u64)query * lists.capacity;
        float cut = cuts[query], reach = twice[query];
        if (is_cut(lists, query)) {
            float raised = float_from_ordered(~board->lowInverted[query]);
            cut = raised > cut ? raised : cut;
        }

        u32 mine = 0, total;
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS)
            mine += float_from_ordered((u32)(words[i] >> 32)) + reach >= cut ? 1 : 0;
        u32 before = sum_before(mine, warps, total);
        if (thread_id() == 0) *at = global_add(puts ? &board->placed[query] : &board->kept[query], total);
        if (!puts) continue;
        block_sync();
        u64* to = pairs + board->starts[query] + *at + before;
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS)
            if (float_from_ordered((u32)(words[i] >> 32)) + reach >= cut) *to++ = words[i] << 32 | query;
    }
}

// The pairs (query, row) whose canonical score may reach the k-th best: those of a query lie together, from starts[q].
KERNEL(top_k_wide_cut, (THREADS), const u64* words, const u32* counts, const float* cuts, const float* twice,
       u32 queryCount, u32 capacity, u32 k, Board* board, u32* bins, u64* pairs) {
    SHARED_BYTES(bytes);
    u32* shared = (u32*)bytes;
    Lists lists = {words, counts, queryCount, capacity, k, (u32)(((u64)capacity + TILE - 1) / TILE)};
    find_ranges(lists, board);
    grid_sync(&board->arrivedToCut);
    for (u32 level = 0; level < LEVELS; level++) {
        u32* levelBins = bins + (u64)level * queryCount * Bins;
        count_bins(lists, board, levelBins, shared);
        grid_sync(&board->arrivedToCut);
        choose_bins(lists, board, levelBins, shared);
        grid_sync(&board->arrivedToCut);
    }

    keep<false>(lists, board, cuts, twice, pairs, shared);
    grid_sync(&board->arrivedToCut);
    if (block_id() == 0) {
        u32 start = 0;
        for (u32 query = 0; query < queryCount; query++) {
            u32 next = start + board->kept[query];
            if (query == thread_id()) board->starts[query] = start;
            start = next;
        }

        if (thread_id() == 0) board->pairCount = start;
    }

    grid_sync(&board->arrivedToCut);
    keep<true>(lists, board, cuts, twice, pairs, shared);
}

// --- the answers -------------------------------------------------------------------------------------------------------
DEVICE void put_hits(const Sort& sort, u32 k, u32 lastStep, u64* hits) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        u32 query = piece.query;
        if (piece.first == piece.end || piece.first > (u64)k + RUN_MAX) continue;
        const u64* words = words_at(sort, query, lastStep);
        u32 count = sort.board->kept[query], hitCount = sort.board->valid[query] < k ? sort.board->valid[query] : k;
        bool whole = sort.board->runs[query] != 0;
        for (u32 i = piece.first + thread_id(); i < piece.end && i <= (u64)k + RUN_MAX; i += THREADS) {
            u32 place = whole ? i : place_in_run(sort, words, i, count, k);
            float score = float_from_ordered(~(u32)(words[i] >> 32));
            if (place < hitCount) hits[(u64)query * k + place] = (u64)float_bits(score) << 32 | (u32)words[i];
            if (place + 1 == k) sort.board->edges[0][query] = words[i];
            if (place == k) sort.board->edges[1][query] = words[i];
        }
    }
}

// hits[q][k], hitCounts[q] and status[q] from scores[pair] of pairs[pair].
KERNEL(top_k_wide_sort, (THREADS), const u32* counts, const float* cuts, u32 queryCount, u32 capacity, u32 k,
       Board* board, const u64* pairs, const float* scores, const i64* keys, u64* first, u64* second, u32* tileCounts,
       u64* hits, u32* hitCounts, u32* status) {
    SHARED_BYTES(bytes);
    u32* shared = (u32*)bytes;
    u32 tiles = (u32)(((u64)capacity + TILE - 1) / TILE), lastStep = ScoreSteps;
    Sort sort = {board, {first, second}, tileCounts, keys, queryCount, tiles};
    load_words(sort, pairs, scores, cuts);
    grid_sync(&board->arrivedToSort);
    sort_steps(sort, 0, ScoreSteps, shared);
    find_runs(sort, k);
    grid_sync(&board->arrivedToSort);
    if (board->hasRuns != 0) {
        sort_steps(sort, ScoreSteps, Steps, shared);
        lastStep = Steps;
    }

    put_hits(sort, k, lastStep, hits);
    grid_sync(&board->arrivedToSort);
    for (u32 query = block_id() * THREADS + thread_id(); query < queryCount; query += grid_blocks() * THREADS) {
        u32 valid = board->valid[query];
        u64 last = board->edges[0][query], next = board->edges[1][query];
        bool ties = valid > k && keys != nullptr && last >> 32 == next >> 32
            && key_of(keys, last) == key_of(keys, next);
        bool whole = counts[query] <= capacity;
        hitCounts[query] = whole ? (valid < k ? valid : k) : 0;
        status[query] = !whole ? STATUS_OVERFLOW : ties ? STATUS_TIES : STATUS_OK;
    }
}
