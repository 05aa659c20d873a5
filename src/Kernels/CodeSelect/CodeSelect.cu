// Keeps, of the rows that pass, the best by their codes: score descending, then the table's order, exactly so many. What
// is kept is a mask of rows, which never leave the device. All blocks work on one query after the other and wait for each
// other between the steps:
//   sample  how many of some rows from all over the table have which value: three edges, the wanted row's value between
//           the first and the last
//   scan    two bits a row say between which edges it lies, and rows are counted; codes are read once. Edges that were
//           wrong are found again from all rows
//   value   between edges that lie apart: the wanted row's value itself
//   order   of the rows of that value those which come first
// Defines: those of CodeValues.cu and CodeBins.cu, VALUE_STEPS, ORDER_STEPS, BOARD_BYTES.

// CudaCodeChoice in C#: what is kept for a query.
struct Choice {
    const u8* query;    // QueryHead, then its planes
    const u64* mask;    // [maskWords]: rows that pass; null: all
    u64* kept;          // [maskWords]: takes the rows
    const u64* passed;  // how many pass; null: all
    u64* count;         // takes how many are kept
    u64* levels;        // null, or [bits + 1]: takes how many are kept of which as many bits agree with the query's
    const i64* order;   // [row], or null: the row itself
    i64 orderMin;
    u64 orderSpan;      // the largest number less the least
    double share;       // so many of those that pass, rounded up
    u64 wanted;         // or so many, unless 0
    u64 least;          // and as many at least
    u64 isUsed;         // 0: nothing is done
};

// What blocks tell each other about a query; zero at the start.
struct Board {
    u32 classes[2][4];   // at each try of the scan: rows between edges, the best last
    u32 unused[56];      // what follows begins a line
    u32 levels[2][BINS];
    u32 sample[2][BINS];
    u32 values[VALUE_STEPS][BINS];
    u32 orders[ORDER_STEPS][BINS];
};

static_assert(sizeof(Board) == BOARD_BYTES, "as C# counts it");

// Values by bin: a power of two of them each.
struct Scale { i32 least; u32 shift, bins, copies; };

// A row is of the class of as many edges as it reaches.
struct Edges { i32 at[3]; };

// Two bits a row: its class.
struct Planes { u64* low; u64* high; u64 words; };

// Rows between two edges, of which the best `need` are kept. Of two classes one is better, which is kept whole.
struct Middle { i32 low, high; u32 need, rows; bool isUpper; };

DEVICE u64 wanted_of(const Choice& choice, u64 passed) {
    double share = choice.share * (double)passed;
    u64 wanted = (u64)share;
    if ((double)wanted < share) wanted++;
    if (choice.wanted != 0) wanted = choice.wanted;
    if (wanted < choice.least) wanted = choice.least;
    return wanted < passed ? wanted : passed;
}

DEVICE Scale scale_of(const Codes& codes) {
    i32 bits = 64 * (i32)codes.words, reach = codes.planes == 1 ? bits : bits << (PLANES_MAX - 1);
    Scale scale = {-reach, 0, 0, 0};
    u32 span = codes.planes == 1 ? (u32)bits : 2 * (u32)reach;
    while (span >> scale.shift >= BINS) scale.shift++;
    scale.bins = (span >> scale.shift) + 1;
    scale.copies = copies_of(scale.bins);
    return scale;
}

DEVICE u32 bin_of(const Scale& scale, i32 value) { return (u32)(value - scale.least) >> scale.shift; }
DEVICE i32 least_of(const Scale& scale, u32 bin) { return scale.least + (i32)(bin << scale.shift); }

// --- which edges -----------------------------------------------------------------------------------------------------
// Counts the values of some groups of rows from all over the table.
template <u32 kind>
DEVICE_CALL void count_values(const Codes& codes, const Choice& choice, u32* all, u32 groupsMax) {
    Scale scale = scale_of(codes);
    u32 groups = (u32)(((u64)codes.rowCount + StepRows - 1) / StepRows);
    u32 count = groups < groupsMax ? groups : groupsMax;
    clear_bins();
    for (u32 i = block_id() * Warps + warp_id(); i < count; i += grid_blocks() * Warps) {
        u64 first = (u64)i * groups / count, next = (u64)(i + 1) * groups / count;
        u64 group = first + (i * 2654435761u >> 8) % (u32)(next - first);
        u32 asked = bits_of_lane<kind>(rows_passing(choice.mask, group, codes.rowCount));
        i32 values[2];
        load_values<kind>(codes, group * StepRows, asked, values);
        if ((asked & 1) != 0) count_in(bin_of(scale, values[0]), scale.copies, 1);
        if ((asked & 2) != 0) count_in(bin_of(scale, values[1]), scale.copies, 1);
    }

    add_bins(all, scale.bins, scale.copies);
}

// Edges that the wanted row's value most likely lies between, or surely, if all rows were counted. Whether there are.
DEVICE bool find_edges(const Codes& codes, const u32* bins, u64 wanted, u64 passed, bool isWhole, Edges& edges) {
    const float Surety = 12;      // standard deviations, if rows that lie together were not alike
    const u32 SampleMin = 256;
    Scale scale = scale_of(codes);
    u32 total = total_of(bins);
    if (isWhole) {
        u32 bin = find_bin<true>(bins, (u32)wanted).bin;
        edges = {{least_of(scale, bin), least_of(scale, bin + 1), least_of(scale, bin + 1) + 1}};
        return true;
    }

    if (total < SampleMin) return false;
    float rank = (float)((double)wanted * (double)total / (double)passed), off = Surety * quick_square_root(rank + 1);
    u32 deep = rank + off >= (float)total ? 0 : find_bin<true>(bins, (u32)(rank + off) + 1).bin;
    u32 top = rank - off < 1 ? scale.bins : find_bin<true>(bins, (u32)(rank - off)).bin + 1;
    u32 own = find_bin<true>(bins, rank < 1 ? 1 : rank >= (float)total ? total : (u32)rank).bin;
    u32 middle = own > deep ? own : deep + 1;
    edges = {{least_of(scale, deep), least_of(scale, middle), least_of(scale, top > middle ? top : middle + 1)}};
    return true;
}

// --- the scan --------------------------------------------------------------------------------------------------------
// What a lane has of a tile: the words of the step that has its number.
struct TileBits {
    u32 reach[3][2];

    template <u32 kind> DEVICE_MEMBER u64 word(u32 edge) const { return step_word<kind>(reach[edge][0], reach[edge][1]); }
};

template <u32 kind, bool hasLevels>
DEVICE void scan_tile(const Codes& codes, u64 tile, u64 passing, const Edges& edges, const Scale& scale, TileBits& bits) {
    constexpr u32 AtOnce = kind == OneWord ? 8 : 1;
    bool isWhole = warp_ballot(passing != ~0ull) == 0;
#pragma unroll 1
    for (u32 step0 = 0; step0 < TileSteps; step0 += AtOnce) {
        i32 values[AtOnce][2];
        u32 asked[AtOnce];
#pragma unroll
        for (u32 i = 0; i < AtOnce; i++) {
            asked[i] = 3;
            if (!isWhole) asked[i] = bits_of_lane<kind>(warp_shuffle(passing, step0 + i));
            load_values<kind>(codes, tile * TileRows + (step0 + i) * StepRows, asked[i], values[i]);
        }

#pragma unroll
        for (u32 i = 0; i < AtOnce; i++) {
            bool own = lane_id() == step0 + i;
#pragma unroll
            for (u32 e = 0; e < 3; e++)
#pragma unroll
                for (u32 r = 0; r < 2; r++) {
                    u32 lanes = warp_ballot(values[i][r] >= edges.at[e]);
                    bits.reach[e][r] = own ? lanes : bits.reach[e][r];
                }
            if constexpr (hasLevels) {
#pragma unroll
                for (u32 r = 0; r < 2; r++)
                    if (values[i][r] >= edges.at[0] && (asked[i] >> r & 1) != 0)
                        count_in(bin_of(scale, values[i][r]), scale.copies, 1);
            }
        }
    }
}

// Adds a number of each lane's to *sum.
DEVICE void add_of_warp(u32* sum, u32 v) {
    v = warp_sum(v);
    if (lane_id() == 0 && v != 0) global_count(sum, v);
}

template <u32 kind, bool hasLevels>
DEVICE_CALL void scan(
    const Codes& codesAt, const Choice& choice, Planes planes, Edges edges, Board* board, u32 attempt) {
    const Codes codes = codesAt;
    const u64* mask = choice.mask;
    const Scale scale = scale_of(codes);
    const u64 tiles = (planes.words + TileSteps - 1) / TileSteps;
    u32 counts[4] = {};
    if (hasLevels) clear_bins();
#pragma unroll 1
    for (u64 tile = block_id() * Warps + warp_id(); tile < tiles; tile += grid_blocks() * Warps) {
        u64 word = tile * TileSteps + lane_id(), passing = rows_passing(mask, word, codes.rowCount), low = 0, high = 0;
        if (warp_ballot(passing != 0) != 0) {
            TileBits bits = {};
            scan_tile<kind, hasLevels>(codes, tile, passing, edges, scale, bits);
            u64 first = bits.word<kind>(0) & passing, second = bits.word<kind>(1) & passing;
            u64 third = bits.word<kind>(2) & passing;
            low = (first & ~second) | third;
            high = second;
            counts[1] += bit_count(first & ~second);
            counts[2] += bit_count(second & ~third);
            counts[3] += bit_count(third);
        }

        if (word < planes.words) {
            planes.low[word] = low;
            planes.high[word] = high;
        }
    }

#pragma unroll
    for (u32 c = 1; c < 4; c++) add_of_warp(&board->classes[attempt][c], counts[c]);
    if (hasLevels) add_bins(board->levels[attempt], scale.bins, scale.copies);
}

// Which class the wanted row is of; whether it is of one that edges bound.
DEVICE bool find_middle(const u32* classes, const Edges& edges, u64 wanted, Middle& middle) {
    u32 counts[4];
#pragma unroll
    for (u32 c = 1; c < 4; c++) counts[c] = *(const volatile u32*)(classes + c);
    if (counts[3] >= wanted) return false;
    middle.isUpper = counts[3] + (u64)counts[2] >= wanted;
    u32 above = counts[3] + (middle.isUpper ? 0 : counts[2]);
    middle.rows = middle.isUpper ? counts[2] : counts[1];
    middle.need = (u32)(wanted - above);
    middle.low = middle.isUpper ? edges.at[1] : edges.at[0];
    middle.high = middle.isUpper ? edges.at[2] : edges.at[1];
    return middle.need <= middle.rows;
}

// --- what is kept of the middle --------------------------------------------------------------------------------------
// A warp's words, which it has to itself in all steps from the scan on.
template <class Use> DEVICE void for_words(const Planes& planes, Use use) {
    const u64 tiles = (planes.words + TileSteps - 1) / TileSteps;
    for (u64 tile = block_id() * Warps + warp_id(); tile < tiles; tile += grid_blocks() * Warps) {
        u64 word = tile * TileSteps + lane_id();
        bool there = word < planes.words;
        use(word, there ? planes.low[word] : 0, there ? planes.high[word] : 0);
    }
}

DEVICE u64 middle_of(const Middle& middle, u64 low, u64 high) { return middle.isUpper ? high & ~low : low & ~high; }

// Finds the wanted row's value, and puts the rows above it into the best class and those below into the worst.
DEVICE_CALL void narrow_values(const Codes& codes, const Planes& planes, Middle& middle, Board* board, u32* arrived) {
    for (u32 step = 0; middle.high - middle.low > 1; step++) {
        u32 shift = 0;
        while ((u32)(middle.high - middle.low - 1) >> shift >= BINS) shift++;
        clear_bins();
        for_words(planes, [&](u64 word, u64 low, u64 high) {
            for (u64 left = middle_of(middle, low, high); left != 0; left &= left - 1) {
                i32 value = value_of(codes, (u32)(word * 64) + lowest_place(left));
                if (value >= middle.low && value < middle.high) count_in((u32)(value - middle.low) >> shift, 1, 1);
            }
        });
        add_bins(board->values[step], BINS, 1);
        grid_sync(arrived);
        Found found = find_bin<true>(board->values[step], middle.need);
        middle.need -= found.ahead;
        middle.rows = found.inside;
        i32 end = middle.low + (i32)((found.bin + 1) << shift);
        middle.low += (i32)(found.bin << shift);
        middle.high = end < middle.high ? end : middle.high;
    }

    for_words(planes, [&](u64 word, u64 low, u64 high) {
        u64 above = 0, below = 0;
        for (u64 left = middle_of(middle, low, high); left != 0; left &= left - 1) {
            i32 value = value_of(codes, (u32)(word * 64) + lowest_place(left));
            if (value >= middle.high) above |= left & (0 - left);
            if (value < middle.low) below |= left & (0 - left);
        }

        if (above == 0 && below == 0) return;
        planes.low[word] = (low | above) & ~below;
        planes.high[word] = (high | above) & ~below;
    });
}

DEVICE u64 order_of(const Choice& choice, u64 row) {
    return choice.order == nullptr ? row : (u64)(choice.order[row] - choice.orderMin);
}

// The last number of the order that is kept, of rows of the wanted row's value.
DEVICE_CALL u64 find_last(const Choice& choice, const Planes& planes, Middle middle, Board* board, u32* arrived) {
    if (middle.need == middle.rows) return ~0ull;
    const u32 BinBits = 31 - leading_zeros((u32)BINS);
    u64 span = choice.order == nullptr ? planes.words * 64 : choice.orderSpan, first = 0;
    u32 bits = 64 - leading_zeros(span), shift = bits > BinBits ? bits - BinBits : 0;
    for (u32 step = 0;; step++) {
        clear_bins();
        for_words(planes, [&](u64 word, u64 low, u64 high) {
            u64 left = middle_of(middle, low, high);
            if (choice.order == nullptr && shift >= 6) {
                u64 from = word * 64 - first; // below `first`: too large a number
                u32 count = from >> shift < BINS ? bit_count(left) : 0, bin = (u32)(from >> shift), all = warp_sum(count);
                u32 most = warp_max(count != 0 ? bin : 0);
                if (warp_ballot(count != 0 && bin != most) == 0) bin = most, count = lane_id() == 0 ? all : 0;
                if (count != 0) count_in(bin, 1, count);
                return;
            }

            for (; left != 0; left &= left - 1) {
                u64 from = order_of(choice, word * 64 + lowest_place(left)) - first;
                if (from >> shift < BINS) count_in((u32)(from >> shift), 1, 1);
            }
        });
        add_bins(board->orders[step], BINS, 1);
        grid_sync(arrived);
        Found found = find_bin<false>(board->orders[step], middle.need);
        middle.need -= found.ahead;
        first += (u64)found.bin << shift;
        if (shift == 0 || middle.need == found.inside) return first + ((1ull << shift) - 1);
        shift = shift > BinBits ? shift - BinBits : 0;
    }
}

DEVICE_CALL void write_kept(const Choice& choice, const Planes& planes, Middle middle, u64 last) {
    for_words(planes, [&](u64 word, u64 low, u64 high) {
        u64 kept = middle.isUpper ? low & high : high, left = middle_of(middle, low, high);
        if (last == ~0ull) kept |= left;
        else if (choice.order == nullptr) {
            u64 first = word * 64;
            kept |= last < first ? 0 : last - first >= 63 ? left : left & ((2ull << (last - first)) - 1);
        } else {
            for (; left != 0; left &= left - 1)
                if (order_of(choice, word * 64 + lowest_place(left)) <= last) kept |= left & (0 - left);
        }

        if (word < planes.words) choice.kept[word] = kept;
    });
}

// --- all of it -------------------------------------------------------------------------------------------------------
// Queries of codes agree with as many bits as their value is above the least.
DEVICE void write_levels(const Choice& choice, const Codes& codes, const u32* levels, i32 value, u32 ofValue) {
    Scale scale = scale_of(codes);
    u32 last = bin_of(scale, value);
    if (block_id() != 0) return;
    for (u32 level = thread_id(); level < scale.bins; level += THREADS)
        choice.levels[level] = level < last ? 0 : level == last ? ofValue : *(const volatile u32*)(levels + level);
}

template <u32 kind>
DEVICE_CALL void keep_all(const Codes& codes, const Choice& choice, Planes planes, Board* board, u32* arrived) {
    for (u64 word = (u64)block_id() * THREADS + thread_id(); word < planes.words; word += (u64)grid_blocks() * THREADS)
        choice.kept[word] = rows_passing(choice.mask, word, codes.rowCount);
    if (choice.levels == nullptr) return;
    count_values<kind>(codes, choice, board->sample[1], ~0u);
    grid_sync(arrived);
    i32 least = scale_of(codes).least;
    write_levels(choice, codes, board->sample[1], least, *(const volatile u32*)board->sample[1]);
}

template <u32 kind>
DEVICE void select(
    const Codes& codes, const Choice& choice, Planes planes, Board* board, u32* arrived, u32 sampleGroups) {
    u64 passed = choice.passed == nullptr ? codes.rowCount : *choice.passed, wanted = wanted_of(choice, passed);
    if (block_id() == 0 && thread_id() == 0) *choice.count = wanted;
    if (wanted == passed) {
        keep_all<kind>(codes, choice, planes, board, arrived);
        return;
    }

    Middle middle;
    u32 attempt = 0;
    for (;; attempt++) {
        Edges edges;
        count_values<kind>(codes, choice, board->sample[attempt], attempt > 0 ? ~0u : sampleGroups);
        grid_sync(arrived);
        if (!find_edges(codes, board->sample[attempt], wanted, passed, attempt > 0, edges)) continue;
        if (choice.levels != nullptr) scan<kind, true>(codes, choice, planes, edges, board, attempt);
        else scan<kind, false>(codes, choice, planes, edges, board, attempt);
        grid_sync(arrived);
        if (find_middle(board->classes[attempt], edges, wanted, middle)) break;
    }

    if (middle.high - middle.low > 1) narrow_values(codes, planes, middle, board, arrived);
    u64 last = find_last(choice, planes, middle, board, arrived);
    write_kept(choice, planes, middle, last);
    if (choice.levels != nullptr) write_levels(choice, codes, board->levels[attempt], middle.low, middle.need);
}

// All blocks are on the device at once. *arrived and the boards are zero at the start.
KERNEL(select_codes, (THREADS, 4), const Table* at, const Choice* choices, u32 count, u64* low, u64* high, u64 words,
       Board* boards, u32* arrived, u32 sampleGroups) {
    Block* block = block_memory();
    const Table table = *at;
    Planes planes = {low, high, words};
    for (u32 i = 0; i < count; i++) {
        const Choice choice = choices[i];
        if (choice.isUsed == 0) continue;
        const QueryHead* head = (const QueryHead*)choice.query;
        Codes codes = {table.rows, table.rowCount, table.dim / 64, head->planes, block->query};
        block_sync();
        for (u32 w = thread_id(); w < codes.planes * codes.words; w += THREADS)
            block->query[w] = ((const u64*)(head + 1))[w];
        block_sync();
        if (codes.words == 1 && codes.planes == 1) select<OneWord>(codes, choice, planes, boards + i, arrived, sampleGroups);
        else if (codes.words % 2 == 0) select<EvenWords>(codes, choice, planes, boards + i, arrived, sampleGroups);
        else select<OddWords>(codes, choice, planes, boards + i, arrived, sampleGroups);
        grid_sync(arrived); // the planes are the next one's
    }
}

// --- rows of a mask --------------------------------------------------------------------------------------------------
// Writes them one after the other, in runs of rising order; *count is zero at the start, and how many there are in the
// end.
KERNEL(list_rows, (THREADS), const u64* mask, u64 words, u32* rows, u64 capacity, u32* count) {
    Block* block = block_memory();
    for (u64 first = (u64)block_id() * THREADS; first < words; first += (u64)grid_blocks() * THREADS) {
        u64 word = first + thread_id(), left = word < words ? mask[word] : 0;
        u32 total, before = sum_before(bit_count(left), block->warps, total);
        if (thread_id() == 0) block->ahead = total != 0 ? global_add(count, total) : 0;
        block_sync();
        for (u64 to = (u64)block->ahead + before; left != 0; left &= left - 1, to++)
            if (to < capacity) rows[to] = (u32)(word * 64) + lowest_place(left);
    }
}
