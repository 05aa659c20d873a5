// Keeps, of the rows that pass, the best by their codes: score descending, then the table's order, exactly so many. What
// is kept is a mask of rows, which never leave the device. All blocks work on one query after the other and wait for each
// other between the steps:
//   sample  how many of some rows from all over the table have which value: two classes of as many values, one above the
//           other, of which one has the wanted row
//   scan    two bits a row say of which class it is, or whether it is below or above both, and rows are counted; codes are
//           read once. Classes that were wrong are found again from all rows
//   value   in a class of several values: the wanted row's value itself
//   order   of the rows of that value those which come first
// Defines: those of ChoiceScan.cu, VALUE_STEPS, ORDER_STEPS, BOARD_BYTES.

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
    u32 planes[2][4];    // at each try of the scan: rows with the low bit, the high one, both
    u32 unused[56];      // what follows begins a line
    u32 levels[2][BINS];
    u32 sample[2][BINS];
    u32 values[VALUE_STEPS][BINS];
    u32 orders[ORDER_STEPS][BINS];
};

static_assert(sizeof(Board) == BOARD_BYTES, "as C# counts it");

// Of rows of which so few pass, only those are read.
constexpr u32 SparseShare = 8;

// The class that the wanted row is of, and how many of it are kept, the best. The classes above are kept whole.
struct Middle { i32 low, high; u32 need, rows; bool isUpper; };

DEVICE u64 wanted_of(const Choice& choice, u64 passed) {
    double share = choice.share * (double)passed;
    u64 wanted = (u64)share;
    if ((double)wanted < share) wanted++;
    if (choice.wanted != 0) wanted = choice.wanted;
    if (wanted < choice.least) wanted = choice.least;
    return wanted < passed ? wanted : passed;
}

// --- which classes ---------------------------------------------------------------------------------------------------
// Counts the values of some groups of rows from all over the table.
template <u32 kind>
DEVICE_CALL void count_values(const Codes& codesAt, const Choice& choice, u32* all, u32 groupsMax) {
    const Codes codes = codesAt;
    Scale scale = scale_of<kind>(codes);
    u32 groups = (u32)(((u64)codes.rowCount + StepRows - 1) / StepRows);
    u32 count = groups < groupsMax ? groups : groupsMax, bins = bins_of_lane(scale.copies);
    clear_bins();
    for (u32 i = block_id() * Warps + warp_id(); i < count; i += grid_blocks() * Warps) {
        u64 first = (u64)i * groups / count, next = (u64)(i + 1) * groups / count;
        u64 group = first + (i * 2654435761u >> 8) % (u32)(next - first);
        u64 passing[1] = {rows_passing(choice.mask, group, codes.rowCount)};
        i32 values[1][2];
        load_values<kind>(codes, InGlobal{codes.rows + group * StepRows * codes.words * sizeof(u64)}, passing, values);
        u32 asked = bits_of_lane<kind>(passing[0]);
        if ((asked & 1) != 0) count_in(bins, bin_of(scale, values[0][0]), scale.copies);
        if ((asked & 2) != 0) count_in(bins, bin_of(scale, values[0][1]), scale.copies);
    }

    add_bins(all, scale.bins, scale.copies);
}

// Classes of which one most likely has the wanted row, or surely, if all rows were counted. Whether there are some.
DEVICE bool find_classes(
    const Scale& scale, const u32* bins, u64 wanted, u64 passed, bool isWhole, Classes& classes) {
    const float Surety = 12; // standard deviations, if rows that lie together were not alike
    const u32 SampleMin = 256;
    u32 total = take_bins(bins);
    if (isWhole) {
        classes = {least_of(scale, find_bin<true>((u32)wanted).bin), scale.shift};
        return true;
    }

    if (total < SampleMin) return false;
    float rank = (float)((double)wanted * (double)total / (double)passed), off = Surety * quick_square_root(rank + 1);
    u32 deep = rank + off >= (float)total ? 0 : find_bin<true>((u32)(rank + off) + 1).bin;
    u32 top = rank - off < 1 ? scale.bins : find_bin<true>((u32)(rank - off)).bin + 1, shift = scale.shift;
    while (2u << (shift - scale.shift) < top - deep) shift++;
    classes = {least_of(scale, deep), shift};
    return true;
}

// --- the scan --------------------------------------------------------------------------------------------------------
template <u32 kind, bool hasLevels>
DEVICE_CALL void scan(const Codes& codesAt, const Choice& choice, const Planes& planes, Classes classes, bool isSparse,
                      u32 stages, Board* board, u32 attempt) {
    const Codes codes = codesAt;
    const Scale scale = scale_of<kind>(codes);
    const bool counts = hasLevels && choice.levels != nullptr;
    const Sorter sorter = {classes, scale, bins_of_lane(scale.copies), counts};
    Written written(planes);
    if (counts) clear_bins();
    bool isScanned = false;
#if defined(HAS_BULK_COPY)
    if constexpr (kind != AnyWords)
        if (stages > 0 && !isSparse) {
            Ring<Steps<kind>::AtOnce> ring(codes, stages);
            scan_tiles<kind, hasLevels, true>(ring, sorter, choice.mask, codes.rowCount, written);
            isScanned = true;
        }
#endif
    if (!isScanned) {
        Direct direct = {codes};
        scan_tiles<kind, hasLevels, false>(direct, sorter, choice.mask, codes.rowCount, written);
    }

    written.add_to(board->planes[attempt]);
    if (counts) add_bins(board->levels[attempt], scale.bins, scale.copies);
}

// Which class the wanted row is of; whether it is of one that has bounds.
DEVICE bool find_middle(const u32* planes, const Classes& classes, u64 wanted, Middle& middle) {
    u32 above = load_changing(planes + 3), counts[3];
#pragma unroll
    for (u32 c = 1; c < 3; c++) counts[c] = load_changing(planes + c) - above;
    if (above >= wanted) return false;
    middle.isUpper = above + (u64)counts[2] >= wanted;
    middle.rows = middle.isUpper ? counts[2] : counts[1];
    middle.need = (u32)(wanted - above - (middle.isUpper ? 0 : counts[2]));
    middle.low = classes.least + (middle.isUpper ? 1 << classes.shift : 0);
    middle.high = middle.low + (1 << classes.shift);
    return middle.need <= middle.rows;
}

// --- what is kept of the middle --------------------------------------------------------------------------------------
// A warp's words, which it has to itself in all steps from the scan on, of the rows from `first` to `last`.
template <class Use> DEVICE void for_words(const Planes& planes, Use use, u64 first = 0, u64 last = ~0ull) {
    const u64 all = (planes.words + TileSteps - 1) / TileSteps, warps = grid_blocks() * Warps;
    const u64 tiles = last / TileRows < all ? last / TileRows + 1 : all, own = block_id() * Warps + warp_id();
    u64 tile = first / TileRows;
    tile += (own + warps - tile % warps) % warps;
    for (; tile < tiles; tile += warps) {
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
        u32 bins = bins_of_lane(1);
        clear_bins();
        for_words(planes, [&](u64 word, u64 low, u64 high) {
            for (u64 left = middle_of(middle, low, high); left != 0; left &= left - 1) {
                i32 value = value_of(codes, (u32)(word * 64) + lowest_place(left));
                if (value >= middle.low && value < middle.high) count_in(bins, (u32)(value - middle.low) >> shift, 1);
            }
        });
        add_bins(board->values[step], BINS, 1);
        grid_sync(arrived);
        take_bins(board->values[step]);
        Found found = find_bin<true>(middle.need);
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
    const bool isByRow = choice.order == nullptr;
    u64 span = isByRow ? planes.words * 64 : choice.orderSpan, first = 0;
    u32 bits = 64 - leading_zeros(span), shift = bits > BinBits ? bits - BinBits : 0;
    for (u32 step = 0;; step++) {
        u32 bins = bins_of_lane(1);
        clear_bins();
        for_words(planes, [&](u64 word, u64 low, u64 high) {
            u64 left = middle_of(middle, low, high);
            if (isByRow && shift >= 6) {
                u64 from = word * 64 - first; // below `first`: too large a number
                u32 count = from >> shift < BINS ? bit_count(left) : 0, bin = (u32)(from >> shift), all = warp_sum(count);
                u32 most = warp_max(count != 0 ? bin : 0);
                if (warp_ballot(count != 0 && bin != most) == 0) bin = most, count = lane_id() == 0 ? all : 0;
                if (count != 0) count_in(bins, bin, 1, count);
                return;
            }

            for (; left != 0; left &= left - 1) {
                u64 from = order_of(choice, word * 64 + lowest_place(left)) - first;
                if (from >> shift < BINS) count_in(bins, (u32)(from >> shift), 1);
            }
        }, isByRow ? first : 0, isByRow ? first + ((u64)BINS << shift) - 1 : ~0ull);
        add_bins(board->orders[step], BINS, 1);
        grid_sync(arrived);
        take_bins(board->orders[step]);
        Found found = find_bin<false>(middle.need);
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
DEVICE void write_levels(const Choice& choice, const Scale& scale, const u32* levels, i32 value, u32 ofValue) {
    u32 last = bin_of(scale, value);
    if (block_id() != 0) return;
    for (u32 level = thread_id(); level < scale.bins; level += THREADS)
        choice.levels[level] = level < last ? 0 : level == last ? ofValue : load_changing(levels + level);
}

template <u32 kind>
DEVICE_CALL void keep_all(const Codes& codes, const Choice& choice, Planes planes, Board* board, u32* arrived) {
    for (u64 word = (u64)block_id() * THREADS + thread_id(); word < planes.words; word += (u64)grid_blocks() * THREADS)
        choice.kept[word] = rows_passing(choice.mask, word, codes.rowCount);
    if (choice.levels == nullptr) return;
    count_values<kind>(codes, choice, board->sample[1], ~0u);
    grid_sync(arrived);
    Scale scale = scale_of<kind>(codes);
    write_levels(choice, scale, board->sample[1], scale.least, load_changing(board->sample[1]));
}

template <u32 kind>
DEVICE void select(
    const Codes& codes, const Choice& choice, Planes planes, Board* board, u32* arrived, u32 sampleGroups, u32 stages) {
    u64 passed = choice.passed == nullptr ? codes.rowCount : *choice.passed, wanted = wanted_of(choice, passed);
    if (block_id() == 0 && thread_id() == 0) *choice.count = wanted;
    if (wanted == passed) {
        keep_all<kind>(codes, choice, planes, board, arrived);
        return;
    }

    const Scale scale = scale_of<kind>(codes);
    const bool isSparse = passed < codes.rowCount / SparseShare;
    Middle middle;
    u32 attempt = 0;
    for (;; attempt++) {
        Classes classes;
        count_values<kind>(codes, choice, board->sample[attempt], attempt > 0 ? ~0u : sampleGroups);
        grid_sync(arrived);
        if (!find_classes(scale, board->sample[attempt], wanted, passed, attempt > 0, classes)) continue;
        if (kind != OneWord || choice.levels != nullptr) scan<kind, true>(codes, choice, planes, classes, isSparse, stages, board, attempt);
        else scan<OneWord, false>(codes, choice, planes, classes, isSparse, stages, board, attempt);
        grid_sync(arrived);
        if (find_middle(board->planes[attempt], classes, wanted, middle)) break;
    }

    if (middle.high - middle.low > 1) narrow_values(codes, planes, middle, board, arrived);
    u64 last = find_last(choice, planes, middle, board, arrived);
    write_kept(choice, planes, middle, last);
    if (choice.levels != nullptr) write_levels(choice, scale, board->levels[attempt], middle.low, middle.need);
}

// All blocks are on the device at once. *arrived and the boards are zero at the start.
KERNEL(select_codes, (THREADS, 2), const Table* at, const Choice* choices, u32 count, u64* low, u64* high, u64 words,
       Board* boards, u32* arrived, u32 sampleGroups, u32 stages) {
    Block* block = block_memory();
    const Table table = *at;
#if defined(HAS_BULK_COPY)
    if (thread_id() < Warps * STAGES_MAX) mbarrier_init(shared_address(block->barriers + thread_id()), 1);
    if (thread_id() < Warps * STAGES_MAX) mbarrier_init_fence();
    if (thread_id() < Warps) block->phases[thread_id()] = 0;
#endif
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
        Board* board = boards + i;
        if (codes.words == 1 && codes.planes == 1) select<OneWord>(codes, choice, planes, board, arrived, sampleGroups, stages);
        else if (codes.words == 2) select<Lanes1>(codes, choice, planes, board, arrived, sampleGroups, stages);
        else if (codes.words == 4) select<Lanes2>(codes, choice, planes, board, arrived, sampleGroups, stages);
        else if (codes.words == 8) select<Lanes4>(codes, choice, planes, board, arrived, sampleGroups, stages);
        else if (codes.words == 16) select<Lanes8>(codes, choice, planes, board, arrived, sampleGroups, stages);
        else select<AnyWords>(codes, choice, planes, board, arrived, sampleGroups, stages);
        grid_sync(arrived); // the planes are the next one's
    }
}

// --- rows of a mask --------------------------------------------------------------------------------------------------
// Writes them one after the other, in runs of rising order; *count is zero at the start, and how many there are in the
// end.
KERNEL(list_rows, (THREADS), const u64* mask, u64 words, u32* rows, u64 capacity, u32* count) {
    RowList* list = (RowList*)block_memory();
    for (u64 first = (u64)block_id() * THREADS; first < words; first += (u64)grid_blocks() * THREADS) {
        u64 word = first + thread_id();
        append_rows(list, (u32)(first * 64), word < words ? mask[word] : 0, rows, capacity, count);
    }
}
