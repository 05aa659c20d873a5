// The small steps between the filter, the scan and the finish of a search: which queries are scanned how, decided on
// the device by how many rows pass, the list of rows for those that few rows pass, and what both ways share.
// A query that is scanned the other way has a cut that no score reaches: infinity.
// Defines: those of RowList.cu, BATCHES_PER_LAUNCH, LEVELS_STRIDE, SURVIVORS_PLACE, PROGRESS_PLACE, and DENSE, LISTED and DIRECT
// (SearchWay).

#define NO_FILTER 0xffffffffu

// DeviceSearchHead in C#: what this batch is.
struct Head {
    u32 queryCount;
    u32 planCount;
    u32 k;
    u32 sampleRows;   // at most
    u32 sampleUsual;  // of rows that all pass
    u32 rowCount;
    u32 listRowsMax;  // a longer list costs more than a scan of all rows
    u32 listsAll;     // not 0: every query is listed, and only the rows from firstRow to endRow
    u32 firstRow;
    u32 endRow;
    u32 directMax;    // so few rows that pass a query's own filter survive without a scan
};

constexpr u32 OutOfReach = 0xff800000; // ordered_bits of infinity

// Adds a number of each thread's to *sum, which is zero.
DEVICE u64 block_sum(u64 v, u64* sum) {
    block_sync();
    if (thread_id() == 0) *sum = 0;
    block_sync();
    if (v != 0) shared_add(sum, v);
    block_sync();
    return *sum;
}

DEVICE u64 block_min(u64 v, u64* least) {
    block_sync();
    if (thread_id() == 0) *least = 0;
    block_sync();
    shared_max(least, ~v);
    block_sync();
    return ~*least;
}

// Plans that pass fewer rows than this are listed. All, if their rows are few enough together; else those of which the
// sample has too few rows for a cut, as far as there is room for them.
DEVICE u64 list_limit(const Head& head, u64 rows, bool isPlan, bool isUnfiltered, u64* sum) {
    u64 unfiltered = block_sum(isUnfiltered ? 1 : 0, sum);
    if (head.listsAll != 0) return ~0ull;
    if (unfiltered == 0 && block_sum(rows, sum) <= head.listRowsMax) return ~0ull;
    u64 limit = 2 * (u64)head.k * head.rowCount / head.sampleRows;
    while (block_sum(isPlan && rows < limit ? rows : 0, sum) > head.listRowsMax) limit /= 2;
    return limit;
}

// How many rows a sample takes, so that enough of them pass for a query that `passing` of `rows` pass.
DEVICE u32 sample_rows(const Head& head, u64 rows, u64 passing) {
    if (passing == 0) passing = 1;
    u64 wanted = head.sampleUsual * ((rows + passing - 1) / passing);
    return wanted < head.sampleRows ? (u32)wanted : head.sampleRows;
}

// Whether a filter lets so few rows through that they need no scan.
DEVICE bool is_few(const Head& head, u64 rows) { return head.listsAll == 0 && rows <= head.directMax; }

// One block. ways[query] and listedPlans[plan] say which; the cuts of both ways, before there is one; the dense
// scan's row count; the rows of both samples, of each launch, whose fields of CudaScanBatch are `stride` words apart.
KERNEL(search_choose, (THREADS), const Head* headAt, const u64* passed, const u32* filters, u32* denseRows,
       u32* ways, u32* listedPlans, u32* listCount, u32* denseCuts, u32* listCuts, u32* levels, u32* sampleRows,
       u32 stride, u32 launches) {
    SHARED_BYTES(shared);
    u64* sum = (u64*)shared;
    u64* least = sum + 1;
    u64* rowsOf = least + 1;
    Head head = *headAt;
    u32 t = thread_id(), filter = t < head.queryCount ? filters[t] : 0;
    bool isPlan = t < head.planCount, isQuery = t < head.queryCount, isUnfiltered = isQuery && filter == NO_FILTER;
    rowsOf[t] = isPlan ? passed[t] : 0;
    bool isFew = isPlan && is_few(head, rowsOf[t]);
    u64 rows = isPlan && !isFew ? rowsOf[t] : 0;
    u64 limit = list_limit(head, rows, isPlan, isUnfiltered, sum);
    u32 way = isUnfiltered ? (head.listsAll != 0 ? LISTED : DENSE)
        : is_few(head, rowsOf[filter]) ? DIRECT : rowsOf[filter] < limit ? LISTED : DENSE;
    u64 dense = block_sum(isQuery && way == DENSE ? 1 : 0, sum);
    u64 listRows = block_sum(isPlan && rows < limit ? rows : 0, sum);
    u64 leastListed = block_min(isQuery && way == LISTED && !isUnfiltered ? rowsOf[filter] : ~0ull, least);
    u64 leastDense = block_min(isQuery && way == DENSE && !isUnfiltered ? rowsOf[filter] : head.rowCount, least);
    if (t < launches) {
        sampleRows[BATCHES_PER_LAUNCH * t * stride] = sample_rows(head, head.rowCount, leastDense);
        sampleRows[(BATCHES_PER_LAUNCH * t + 1) * stride] = sample_rows(head, listRows, leastListed);
    }

    listedPlans[t] = isPlan && !isFew && rows < limit ? 1 : 0;
    if (isQuery) {
        ways[t] = way;
        denseCuts[t] = way == DENSE ? 0 : OutOfReach;
        listCuts[t] = way == LISTED ? 0 : OutOfReach;
        levels[t * LEVELS_STRIDE + SURVIVORS_PLACE] = 0;
        levels[t * LEVELS_STRIDE + PROGRESS_PLACE] = 0; // also of a launch whose first query it does not scan for
    }

    if (t == 0) {
        *listCount = 0;
        *denseRows = dense != 0 ? head.rowCount : 0;
    }
}

// Which of a word's rows are in [first, end).
DEVICE u64 rows_between(u64 word, u64 first, u64 end) {
    u64 start = word * 64, bits = ~0ull;
    if (first >= start + 64 || end <= start) return 0;
    if (first > start) bits &= ~0ull << (first - start);
    if (end < start + 64) bits &= ~0ull >> (start + 64 - end);
    return bits;
}

// The rows that any of the listed plans passes, in runs of rising order. A thread takes a word of rows at a time.
KERNEL(search_list, (THREADS), const Head* headAt, const u64* masks, u64 maskWords, const u32* filters,
       const u32* listedPlans, u32* list, u32 capacity, u32* listCount) {
    SHARED_BYTES(shared);
    RowList* rowList = (RowList*)shared;
    u64* unfiltered = (u64*)(rowList + 1);
    u32* plans = (u32*)(unfiltered + 1);
    Head head = *headAt;
    u32 t = thread_id(), planCount, place = sum_before(listedPlans[t], rowList->warps, planCount);
    if (listedPlans[t] != 0) plans[place] = t;
    bool takesAll =
        block_sum(head.listsAll != 0 && t < head.queryCount && filters[t] == NO_FILTER ? 1 : 0, unfiltered) != 0;
    if (planCount == 0 && !takesAll) return;

    u64 endWord = ((u64)head.endRow + 63) / 64;
    for (u64 first = head.firstRow / 64 + (u64)block_id() * THREADS; first < endWord;
         first += (u64)grid_blocks() * THREADS) {
        u64 word = first + t, rows = word < endWord ? rows_between(word, head.firstRow, head.endRow) : 0;
        if (!takesAll && rows != 0) {
            u64 some = 0;
#pragma unroll 4
            for (u32 p = 0; p < planCount; p++) some |= masks[plans[p] * maskWords + word];
            rows &= some;
        }

        append_rows(rowList, (u32)((word - t) * 64), rows, list, capacity, listCount);
    }
}

// The rows of the queries that few rows pass: all survive, with a lower bound that keeps any.
KERNEL(search_direct, (THREADS), const Head* headAt, const u64* masks, u64 maskWords, const u32* filters,
       const u32* ways, u64* words, u32 capacity, u32* levels) {
    constexpr u32 WordsAThread = 8;
    SHARED_BYTES(shared);
    u32* queries = (u32*)shared;
    u32* warps = queries + THREADS;
    Head head = *headAt;
    u32 t = thread_id(), queryCount;
    bool isDirect = t < head.queryCount && ways[t] == DIRECT;
    u32 place = sum_before(isDirect ? 1 : 0, warps, queryCount);
    if (isDirect) queries[place] = t;
    block_sync();
    constexpr u32 PieceWords = WordsAThread * THREADS;
    u32 wordCount = (head.rowCount + 63) / 64, pieces = (wordCount + PieceWords - 1) / PieceWords;
    for (u32 i = block_id(); i < queryCount * pieces; i += grid_blocks()) {
        u32 query = queries[i / pieces], first = i % pieces * PieceWords + t, mine = 0;
        const u64* mask = masks + filters[query] * maskWords;
        u64 rows[WordsAThread];
#pragma unroll
        for (u32 w = 0; w < WordsAThread; w++) rows[w] = first + w * THREADS < wordCount ? mask[first + w * THREADS] : 0;
#pragma unroll
        for (u32 w = 0; w < WordsAThread; w++) mine += bit_count(rows[w]);
        if (warp_ballot(mine != 0) == 0) continue;
        u32 end = warp_prefix(mine), at = 0;
        if (lane_id() == 31) at = global_add(levels + query * LEVELS_STRIDE + SURVIVORS_PLACE, end);
        at = warp_shuffle(at, 31) + end - mine;
#pragma unroll
        for (u32 w = 0; w < WordsAThread; w++)
            for (u64 left = rows[w]; left != 0; left &= left - 1, at++)
                if (at < capacity)
                    words[(u64)query * capacity + at] =
                        (u64)OutOfReach << 32 | (u32)((first + w * THREADS) * 64 + lowest_place(left));
    }
}

// A block a query: the hits that are known so far survive, whatever rows are listed now.
KERNEL(search_carry, (THREADS), const Head* headAt, const u64* hits, const u32* hitCounts, u32 hitsPerQuery,
       u64* words, u32 capacity, u32* levels) {
    u32 query = block_id(), count = query < headAt->queryCount ? hitCounts[query] : 0;
    for (u32 i = thread_id(); i < count; i += THREADS) {
        u64 hit = hits[(u64)query * hitsPerQuery + i];
        words[(u64)query * capacity + i] = (u64)ordered_bits(float_from_bits((u32)(hit >> 32))) << 32 | (u32)hit;
    }

    if (thread_id() == 0) levels[query * LEVELS_STRIDE + SURVIVORS_PLACE] = count;
}
