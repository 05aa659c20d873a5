// What the blocks of a finish that work together share: the Board on which they tell each other what they know, zero at
// the start, and a stable sort of the kept words by radix, 8 bits a pass. Work goes by tiles of a query's list.
// Defines: those of Together.cu, TILE, RUN_MAX, QUERIES_MAX, BOARD_BYTES

constexpr u32 Digits = 256;
constexpr u32 RowSteps = 4, KeySteps = 8, ScoreSteps = 4;
constexpr u32 Steps = ScoreSteps + RowSteps + KeySteps + ScoreSteps;
constexpr u32 WordsPerLane = TILE / THREADS;
constexpr u32 ScanPerThread = 16;

struct Board {
    u32 pairCount, hasRuns, arrivedToCut, arrivedToSort;
    u32 starts[QUERIES_MAX], kept[QUERIES_MAX];       // of the pairs
    u32 lowInverted[QUERIES_MAX], high[QUERIES_MAX];  // the range in which the K-th best lower bound is
    u32 above[QUERIES_MAX];                           // words above that range
    u32 placed[QUERIES_MAX];                          // pairs written so far
    u32 valid[QUERIES_MAX], runs[QUERIES_MAX];        // scores that reach the cut; whether many in a row are equal
    u32 sides[Steps + 1][QUERIES_MAX];                // before each step: which of the two arrays has the words
    u64 edges[2][QUERIES_MAX];                        // the k-th word and the next
};

static_assert(sizeof(Board) == BOARD_BYTES, "as C# counts it");

// A piece of a query's list.
struct Piece { u32 query, first, end; };

// The t-th tile of all queries' lists, which have `tiles` places each.
DEVICE Piece piece_of(u64 t, u32 tiles, const u32* counts) {
    Piece piece;
    piece.query = (u32)(t / tiles);
    u64 first = t % tiles * TILE, count = counts[piece.query];
    piece.first = (u32)(first < count ? first : count);
    piece.end = (u32)(first + TILE < count ? first + TILE : count);
    return piece;
}

// --- the order of the kept -------------------------------------------------------------------------------------------
// Words here are (~ordered_bits(score) << 32) | row: ascending.
struct Sort {
    Board* board;
    u64* sides[2];
    u32* tileCounts; // [query][digit][tile]
    const i64* keys; // by row, or null: the row itself
    u32 queryCount, tiles;
};

DEVICE u64* words_at(const Sort& sort, u32 query, u32 step) {
    return sort.sides[sort.board->sides[step][query]] + sort.board->starts[query];
}

DEVICE i64 key_of(const i64* keys, u64 word) { return keys == nullptr ? (i64)(u32)word : keys[(u32)word]; }

DEVICE u32 digit_of(const Sort& sort, u64 word, u32 step) {
    if (step >= ScoreSteps && step < ScoreSteps + RowSteps) return (u32)word >> 8 * (step - ScoreSteps) & 255;
    if (step >= ScoreSteps + RowSteps && step < ScoreSteps + RowSteps + KeySteps) {
        u64 key = (u64)sort.keys[(u32)word] ^ 1ull << 63;
        return (u32)(key >> 8 * (step - ScoreSteps - RowSteps)) & 255;
    }

    u32 byte = step < ScoreSteps ? step : step - (ScoreSteps + RowSteps + KeySteps);
    return (u32)(word >> 32) >> 8 * byte & 255;
}

DEVICE bool is_sorted_in(const Sort& sort, u32 query, u32 step) {
    return step < ScoreSteps || sort.board->runs[query] != 0;
}

DEVICE u32* tile_counts(const Sort& sort, u32 query) {
    return sort.tileCounts + (u64)query * sort.tiles * Digits;
}

DEVICE u32 tiles_of(const Sort& sort, u32 query) { return (u32)(((u64)sort.board->kept[query] + TILE - 1) / TILE); }

DEVICE void count_digits(const Sort& sort, u32 step, u32* digits) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (!is_sorted_in(sort, piece.query, step) || piece.first == piece.end) continue;
        const u64* words = words_at(sort, piece.query, step);
        for (u32 d = thread_id(); d < Digits; d += THREADS) digits[d] = 0;
        block_sync();
        for (u32 first = piece.first + warp_id() * 32; first < piece.end; first += THREADS) {
            u32 i = first + lane_id(), digit = i < piece.end ? digit_of(sort, words[i], step) : Digits;
            u32 leader = warp_shuffle(digit, 0), same = warp_ballot(i < piece.end && digit == leader);
            if (lane_id() == 0) shared_add(&digits[leader], bit_count(same));
            if (i < piece.end && digit != leader) shared_add(&digits[digit], 1u);
        }

        block_sync();
        u32 tiles = tiles_of(sort, piece.query), tile = (u32)(t % sort.tiles);
        for (u32 d = thread_id(); d < Digits; d += THREADS)
            tile_counts(sort, piece.query)[(u64)d * tiles + tile] = digits[d];
        block_sync();
    }
}

// Counts become places; a step in which all words have one digit moves none.
DEVICE void scan_digits(const Sort& sort, u32 step, u32* shared) {
    u32* warps = shared;
    u32* moves = shared + Warps;
    for (u32 query = block_id(); query < sort.queryCount; query += grid_blocks()) {
        u32 side = sort.board->sides[step][query], count = sort.board->kept[query];
        bool sorted = is_sorted_in(sort, query, step) && count > 0;
        u32* places = tile_counts(sort, query);
        u64 length = sorted ? (u64)tiles_of(sort, query) * Digits : 0;
        u32 carry = 0, total;
        for (u64 first = 0; first < length; first += THREADS * ScanPerThread) {
            u32 values[ScanPerThread], sum = 0;
            u64 own = first + thread_id() * ScanPerThread;
#pragma unroll
            for (u32 v = 0; v < ScanPerThread; v++) {
                values[v] = own + v < length ? places[own + v] : 0;
                sum += values[v];
            }

            u32 place = carry + sum_before(sum, warps, total);
#pragma unroll
            for (u32 v = 0; v < ScanPerThread; v++) {
                if (own + v < length) places[own + v] = place;
                place += values[v];
            }

            carry += total;
        }

        block_sync();
        if (thread_id() == 0) *moves = sorted ? 1 : 0;
        block_sync();
        for (u32 d = thread_id(); sorted && d < Digits; d += THREADS) {
            u64 tiles = tiles_of(sort, query);
            u32 end = d + 1 < Digits ? places[(d + 1) * tiles] : count;
            if (end - places[d * tiles] == count) *moves = 0;
        }

        block_sync();
        if (thread_id() == 0) sort.board->sides[step + 1][query] = side ^ *moves;
        block_sync();
    }
}

// The lanes whose digits are this lane's, of those that count.
DEVICE u32 peers_of(u32 digit, bool counts) {
    u32 peers = warp_ballot(counts);
#pragma unroll
    for (u32 bit = 1; bit < Digits; bit *= 2) {
        u32 set = warp_ballot((digit & bit) != 0);
        peers &= (digit & bit) != 0 ? set : ~set;
    }

    return peers;
}

// Words go to their places, those of a digit in the order they had: each warp has a stretch of the tile.
DEVICE void move_words(const Sort& sort, u32 step, u32* digits) {
    u32* own = digits + warp_id() * Digits;
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        u32 query = piece.query;
        if (piece.first == piece.end || sort.board->sides[step][query] == sort.board->sides[step + 1][query]) continue;
        const u64* from = words_at(sort, query, step);
        u64* to = words_at(sort, query, step + 1);
        for (u32 d = thread_id(); d < Digits * Warps; d += THREADS) digits[d] = 0;
        block_sync();
        u64 words[WordsPerLane];
        u32 digit[WordsPerLane], rank[WordsPerLane];
        u32 first = piece.first + warp_id() * (32 * WordsPerLane) + lane_id();
#pragma unroll
        for (u32 v = 0; v < WordsPerLane; v++) words[v] = first + 32 * v < piece.end ? from[first + 32 * v] : 0;
#pragma unroll
        for (u32 v = 0; v < WordsPerLane; v++) {
            bool counts = first + 32 * v < piece.end;
            digit[v] = counts ? digit_of(sort, words[v], step) : 0;
            u32 peers = peers_of(digit[v], counts), below = bit_count(peers & ((1u << lane_id()) - 1));
            rank[v] = counts ? own[digit[v]] + below : 0;
            warp_sync();
            if (counts && below == 0) own[digit[v]] += bit_count(peers);
            warp_sync();
        }

        block_sync();
        u64 tiles = tiles_of(sort, query), tile = t % sort.tiles;
        for (u32 d = thread_id(); d < Digits; d += THREADS) {
            u32 place = tile_counts(sort, query)[d * tiles + tile];
            for (u32 w = 0; w < Warps; w++) {
                u32 count = digits[w * Digits + d];
                digits[w * Digits + d] = place;
                place += count;
            }
        }

        block_sync();
#pragma unroll
        for (u32 v = 0; v < WordsPerLane; v++)
            if (first + 32 * v < piece.end) to[own[digit[v]] + rank[v]] = words[v];
        block_sync();
    }
}

DEVICE void sort_steps(const Sort& sort, u32 firstStep, u32 endStep, u32* shared) {
    for (u32 step = firstStep; step < endStep; step++) {
        bool isKeyStep = step >= ScoreSteps + RowSteps && step < ScoreSteps + RowSteps + KeySteps;
        bool moves = !isKeyStep || sort.keys != nullptr;
        if (moves) count_digits(sort, step, shared);
        grid_sync(&sort.board->arrivedToSort);
        if (moves) {
            scan_digits(sort, step, shared);
        } else {
            for (u32 query = block_id() * THREADS + thread_id(); query < sort.queryCount;
                 query += grid_blocks() * THREADS)
                sort.board->sides[step + 1][query] = sort.board->sides[step][query];
        }

        grid_sync(&sort.board->arrivedToSort);
        if (moves) move_words(sort, step, shared);
        grid_sync(&sort.board->arrivedToSort);
    }
}

DEVICE void load_words(const Sort& sort, const u64* pairs, const float* scores, const float* cuts) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (piece.first == piece.end) continue;
        u32 start = sort.board->starts[piece.query], valid = 0;
        float cut = cuts[piece.query];
        for (u32 i = piece.first + thread_id(); i < piece.end; i += THREADS) {
            float score = scores[start + i];
            valid += score >= cut ? 1 : 0;
            sort.sides[0][start + i] = (u64)~ordered_bits(score) << 32 | (u32)(pairs[start + i] >> 32);
        }

        valid = warp_sum(valid);
        if (lane_id() == 0 && valid != 0) global_add(&sort.board->valid[piece.query], valid);
    }
}

// Which queries have more than RUN_MAX equal scores in a row among those that may become hits.
DEVICE void find_runs(const Sort& sort, u32 k) {
    for (u64 t = block_id(); t < (u64)sort.queryCount * sort.tiles; t += grid_blocks()) {
        Piece piece = piece_of(t, sort.tiles, sort.board->kept);
        if (piece.first == piece.end || piece.first > k) continue;
        const u64* words = words_at(sort, piece.query, ScoreSteps);
        u32 count = sort.board->kept[piece.query];
        bool has = false;
        for (u32 i = piece.first + thread_id(); i < piece.end && i <= k; i += THREADS)
            has = has || ((u64)i + RUN_MAX < count && (words[i] >> 32) == (words[i + RUN_MAX] >> 32));
        if (has) {
            global_or(&sort.board->runs[piece.query], 1u);
            global_or(&sort.board->hasRuns, 1u);
        }
    }
}

// Where a word stands among those of its score, which lie together and are few if any of them comes before k.
DEVICE u32 place_in_run(const Sort& sort, const u64* words, u32 i, u32 count, u32 k) {
    u64 word = words[i];
    u32 start = i, before = 0;
    while (start > 0 && (words[start - 1] >> 32) == (word >> 32)) start--;
    if (start > k) return start;
    for (u32 j = start; j < count && (words[j] >> 32) == (word >> 32); j++) {
        i64 key = key_of(sort.keys, words[j]), own = key_of(sort.keys, word);
        before += key < own || (key == own && words[j] < word) ? 1 : 0;
    }

    return start + before;
}
