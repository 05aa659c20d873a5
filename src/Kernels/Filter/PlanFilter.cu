// Which rows pass each of a batch's filters: FilterPlan.Reference.cs for 1,024 rows at a time.
// A warp takes a step of 1,024 rows and one filter. Lane l has rows 128 g + 4 l + j of the step, as bit 4 g + j of one
// word: so each lane loads four neighbouring elements at once, whatever their width, a warp's loads are whole lines,
// eight of them are in flight, and AND, OR and NOT are plain operations on 32 rows a lane. Masks in memory are in the
// order of rows: exchange() turns one form into the other. The warps of a block work on the same steps for different
// filters, so that what one filter has read lies in the first cache for the others.
// A plan of which clauses were looked up by SharedFilter.cu starts with the rows that got through them.
// Defines: THREADS, PLANS, SHARED_PLANS, SLOTS, BLOCK_ROWS, RUN_COUNT_BITS, HASH_FACTOR, PASS, FAIL, TEST_*
// (ClauseTest), COLUMN_* (ColumnElement).

#define STEP_ROWS 1024
#define WARPS (THREADS / 32)
#define GROUPS 8
#define GROUP_ROWS 128

// PlanClause in C#.
struct alignas(16) Clause {
    u32 test;
    i32 column, whenTrue, whenFalse, first, count, slot, unused;
    i64 low, high;
};

// The rows that a warp works on.
struct Step { u64 first, rowCount; };

// --- masks ----------------------------------------------------------------------------------------------------------
// In the order of rows, lane 8 c + g has the 32 rows from 128 g + 32 c: so both forms differ in that nibbles and lanes
// of eight lanes are exchanged, and this is its own inverse.
DEVICE u32 row_word() { return lane_id() % 8 * 4 + lane_id() / 8; }

template <u32 distance, u32 low> DEVICE u32 exchange_nibbles(u32 v) {
    u32 other = warp_shuffle_xor(v, distance);
    return (lane_id() & distance) != 0 ? (v & ~low) | ((other & ~low) >> (4 * distance))
                                       : (v & low) | ((other & low) << (4 * distance));
}

DEVICE u32 exchange(u32 v) {
    v = exchange_nibbles<4, 0x0000ffff>(v);
    v = exchange_nibbles<2, 0x00ff00ff>(v);
    return exchange_nibbles<1, 0x0f0f0f0f>(v);
}

// A lane's rows of a mask in memory, which has whole words of 64 rows.
DEVICE u32 load_mask(const u32* mask, const Step& step) {
    u64 first = step.first + 32 * row_word();
    return exchange(first < step.rowCount ? mask[first / 32] : 0);
}

// A lane's rows that are alive, none past the last.
DEVICE u32 live_rows(const u32* live, const Step& step) {
    u64 first = step.first + 32 * row_word();
    u32 rows = 0;
    if (first < step.rowCount) {
        rows = step.rowCount - first < 32 ? (1u << (u32)(step.rowCount - first)) - 1 : 0xffffffff;
        if (live != nullptr) rows &= live[first / 32];
    }

    return exchange(rows);
}

// --- tests of one element: u32 but for 64-bit elements --------------------------------------------------------------
template <u32 bytes> struct ElementOf { typedef u32 Type; };
template <> struct ElementOf<8> { typedef u64 Type; };

// One of up to `most` constants.
template <class Value, u32 most> struct AnyOf { Value constants[most]; };

// Whether there is a constant that an element can have; those that none can have give way to it.
template <u32 bytes, class Value, u32 most>
DEVICE bool read_constants(AnyOf<Value, most>& test, const u64* words, u32 count) {
    const u64 largest = ~0ull >> (64 - 8 * bytes);
    u64 known = words[0];
#pragma unroll
    for (u32 i = 1; i < most; i++)
        if (known > largest && i < count) known = words[i];
#pragma unroll
    for (u32 i = 0; i < most; i++) {
        u64 constant = i < count ? words[i] : known;
        test.constants[i] = (Value)(constant > largest ? known : constant);
    }

    return known <= largest;
}

template <class Value, u32 most> DEVICE bool holds(const AnyOf<Value, most>& test, Value value) {
    bool any = value == test.constants[0];
#pragma unroll
    for (u32 i = 1; i < most; i++) any |= value == test.constants[i];
    return any;
}

struct InBitmap {
    const u32* bits;
    u32 low, bitCount;
};
DEVICE InBitmap in_bitmap(const Clause& clause, const u64* words) {
    return {(const u32*)words, (u32)clause.low, (u64)clause.low >> 32 != 0 ? 0 : 64 * (u32)clause.count};
}
DEVICE bool holds(const InBitmap& test, u32 code) {
    u32 bit = code - test.low;
    return code >= test.low && bit < test.bitCount && (test.bits[bit / 32] >> (bit % 32) & 1) != 0;
}

struct InHashSet {
    const u64* words;
    u64 empty;
    u32 last, shift;
};
DEVICE InHashSet in_hash_set(const Clause& clause, const u64* words) {
    return {words, (u64)clause.low, (u32)clause.count - 1, leading_zeros((u32)clause.count) + 33};
}
DEVICE bool holds(const InHashSet& test, u64 value) {
    for (u32 slot = (u32)(value * (u64)HASH_FACTOR >> test.shift);; slot = (slot + 1) & test.last) {
        u64 word = test.words[slot];
        if (word == test.empty) return false;
        if (word == value) return true;
    }
}

struct InRange { i64 low, high; };
DEVICE bool holds(const InRange& test, u64 value) { return (i64)value >= test.low && (i64)value <= test.high; }

struct InFloatRange { double low, high; };
DEVICE bool holds(const InFloatRange& test, u64 value) {
    return double_from_bits(value) >= test.low && double_from_bits(value) <= test.high;
}

struct IsNotZero {};
DEVICE bool holds(const IsNotZero&, u32 code) { return code != 0; }

// --- rows with one value --------------------------------------------------------------------------------------------
// Four neighbouring elements, as they lie in memory.
template <u32 bytes> struct Four;
template <> struct Four<1> { u32 v; };
template <> struct Four<2> { u64 v; };
template <> struct Four<4> { U4 v; };
template <> struct Four<8> { U4 v, w; };
DEVICE u32 element(const Four<1>& four, u32 j) { return four.v >> (8 * j) & 0xff; }
DEVICE u32 element(const Four<2>& four, u32 j) { return (u32)(four.v >> (16 * j)) & 0xffff; }
DEVICE u32 element(const Four<4>& four, u32 j) {
    return j == 0 ? four.v.x : j == 1 ? four.v.y : j == 2 ? four.v.z : four.v.w;
}
DEVICE u64 element(const Four<8>& four, u32 j) {
    U4 half = j < 2 ? four.v : four.w;
    return j % 2 == 0 ? (u64)half.y << 32 | half.x : (u64)half.w << 32 | half.z;
}

// Which of four rows hold, as four bits from bit `at`.
template <u32 bytes, class Test> DEVICE u32 hold_four(const Test& test, const Four<bytes>& four, u32 at) {
    u32 held = 0;
#pragma unroll
    for (u32 j = 0; j < 4; j++)
        if (holds(test, element(four, j))) held |= 1u << (at + j);
    return held;
}

// Four bytes at once: the high bit of each byte that equals a constant, then the product moves these bits to the top.
template <u32 most> struct AnyByte { AnyOf<u32, most> test; };
template <u32 most> DEVICE u32 hold_four(const AnyByte<most>& bytes, const Four<1>& four, u32 at) {
    u32 equal = 0;
#pragma unroll
    for (u32 i = 0; i < most; i++) {
        u32 difference = four.v ^ bytes.test.constants[i];
        equal |= ~(((difference & 0x7f7f7f7f) + 0x7f7f7f7f) | difference);
    }

    return (equal & 0x80808080) * 0x00204081 >> 28 << at;
}

// Which of the rows that wait hold. Four rows of which none waits are not read.
template <u32 bytes, class Test> DEVICE u32 test_rows(const Column& column, u64 first, u32 waiting, const Test& test) {
    // As many registers as loads in flight need.
    const u32 together = bytes == 8 ? GROUPS / 2 : GROUPS;
    const Four<bytes>* fours = (const Four<bytes>*)(column.values + first * bytes) + lane_id();
    u32 held = 0;
#pragma unroll 1
    for (u32 group = 0; group < GROUPS; group += together) {
        Four<bytes> read[together];
#pragma unroll
        for (u32 g = 0; g < together; g++) {
            read[g] = {};
            if ((waiting >> (4 * (group + g)) & 15) != 0) read[g] = fours[(group + g) * (GROUP_ROWS / 4)];
        }

        u32 part = 0;
#pragma unroll
        for (u32 g = 0; g < together; g++) part |= hold_four(test, read[g], 4 * g);
        held |= part << (4 * group);
    }

    return held;
}

// --- rows with several values ---------------------------------------------------------------------------------------
template <u32 bytes> DEVICE typename ElementOf<bytes>::Type read_value(const u8* values, u64 position) {
    return bytes == 1 ? values[position]
         : bytes == 2 ? ((const u16*)values)[position]
         : bytes == 4 ? ((const u32*)values)[position]
                      : ((const u64*)values)[position];
}

// The values of four rows are looked at side by side: rows of a few values each are the rule.
template <u32 bytes, class Test> DEVICE u32 test_runs(const Column& column, u64 first, u32 waiting, const Test& test) {
    const U4* runs = (const U4*)(column.runs + first) + 2 * lane_id();
    u32 held = 0;
#pragma unroll 1
    for (u32 group = 0; group < GROUPS; group++) {
        u32 some = waiting >> (4 * group) & 15;
        if (some == 0) continue;

        Four<8> four = {runs[group * (GROUP_ROWS / 2)], runs[group * (GROUP_ROWS / 2) + 1]};
        u64 start[4];
        u32 count[4], most = 0, part = 0;
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            start[j] = element(four, j) >> RUN_COUNT_BITS;
            count[j] = (some >> j & 1) != 0 ? (u32)element(four, j) & ((1u << RUN_COUNT_BITS) - 1) : 0;
            most = count[j] > most ? count[j] : most;
        }

#pragma unroll 1
        for (u32 i = 0; i < most && part != some; i++)
#pragma unroll
            for (u32 j = 0; j < 4; j++)
                if (i < count[j] && holds(test, read_value<bytes>(column.values, start[j] + i))) part |= 1u << j;
        held |= part << (4 * group);
    }

    return held;
}

// Rows that have at least one value.
DEVICE u32 filled_runs(const Column& column, u64 first, u32 waiting) {
    const U4* runs = (const U4*)(column.runs + first) + 2 * lane_id();
    u32 held = 0;
#pragma unroll
    for (u32 group = 0; group < GROUPS; group++) {
        if ((waiting >> (4 * group) & 15) == 0) continue;

        Four<8> four = {runs[group * (GROUP_ROWS / 2)], runs[group * (GROUP_ROWS / 2) + 1]};
#pragma unroll
        for (u32 j = 0; j < 4; j++)
            if ((element(four, j) & ((1u << RUN_COUNT_BITS) - 1)) != 0) held |= 1u << (4 * group + j);
    }

    return held;
}

// --- a clause -------------------------------------------------------------------------------------------------------
template <u32 bytes, class Test>
DEVICE u32 test_column(const Column& column, u64 first, u32 waiting, const Test& test) {
    return column.runs != nullptr ? test_runs<bytes>(column, first, waiting, test)
                                  : test_rows<bytes>(column, first, waiting, test);
}

template <u32 bytes, u32 most>
DEVICE u32 hold_constants(const Column& column, const u64* words, u32 count, u64 first, u32 waiting) {
    AnyOf<typename ElementOf<bytes>::Type, most> test;
    if (!read_constants<bytes>(test, words, count)) return 0;
    if (column.runs != nullptr) return test_runs<bytes>(column, first, waiting, test);
    if constexpr (bytes == 1) {
        AnyByte<most> each;
        for (u32 i = 0; i < most; i++) each.test.constants[i] = test.constants[i] * 0x01010101;
        return test_rows<1>(column, first, waiting, each);
    } else {
        return test_rows<bytes>(column, first, waiting, test);
    }
}

template <u32 bytes>
DEVICE u32 hold_any_of(const Column& column, const u64* words, u32 count, u64 first, u32 waiting) {
    return count == 1 ? hold_constants<bytes, 1>(column, words, count, first, waiting)
         : count <= 3 ? hold_constants<bytes, 3>(column, words, count, first, waiting)
                      : hold_constants<bytes, 8>(column, words, count, first, waiting);
}

// Codes and booleans.
template <u32 bytes>
DEVICE u32 hold_narrow(const Clause& clause, const Column& column, const u64* words, u64 first, u32 waiting) {
    if (clause.test == TEST_ANYOF) return hold_any_of<bytes>(column, words, (u32)clause.count, first, waiting);
    if (clause.test == TEST_CODEBITMAP)
        return test_column<bytes>(column, first, waiting, in_bitmap(clause, words));
    if (clause.test == TEST_HASHSET) return test_column<bytes>(column, first, waiting, in_hash_set(clause, words));
    bool isCode = column.element != COLUMN_BYTE;
    if (clause.test == TEST_RANGE) {
        InRange range = {isCode && clause.low < 1 ? 1 : clause.low, clause.high};
        return test_column<bytes>(column, first, waiting, range);
    }

    if (column.runs != nullptr) return filled_runs(column, first, waiting);
    return isCode ? test_rows<bytes>(column, first, waiting, IsNotZero()) : waiting;
}

DEVICE u32 hold_wide(const Clause& clause, const Column& column, const u64* words, u64 first, u32 waiting) {
    if (clause.test == TEST_ANYOF) return hold_any_of<8>(column, words, (u32)clause.count, first, waiting);
    if (clause.test == TEST_HASHSET) return test_column<8>(column, first, waiting, in_hash_set(clause, words));
    if (clause.test == TEST_RANGE) {
        if (column.element == COLUMN_INT64) {
            InRange range = {clause.low, clause.high};
            return test_column<8>(column, first, waiting, range);
        }

        InFloatRange range = {double_from_bits((u64)clause.low), double_from_bits((u64)clause.high)};
        return test_column<8>(column, first, waiting, range);
    }

    return column.runs != nullptr ? filled_runs(column, first, waiting) : waiting;
}

// Listed rows: a step lies in one block. Of a short list only the rows of this step are gone through one by one.
DEVICE u32 hold_listed(const Clause& clause, const u64* words, const Step& step) {
    u64 block = step.first / BLOCK_ROWS;
    u32 within = (u32)(step.first % BLOCK_ROWS);
    u64 entry = block < (u64)clause.count ? words[block] : 0;
    if (entry == 0) return 0;
    const u64* listed = words + (u32)entry;
    u32 count = (u32)(entry >> 32), held = 0;
    if (count == 0) return exchange(((const u32*)listed)[within / 32 + row_word()]);
    for (u32 i = 0; i < count; i += 32) {
        u32 row = i + lane_id() < count ? ((const u16*)listed)[i + lane_id()] - within : STEP_ROWS;
        for (u32 found = warp_ballot(row < STEP_ROWS); found != 0; found &= found - 1) {
            u32 one = warp_shuffle(row, lowest_bit(found));
            if (one / 32 == row_word()) held |= 1u << (one % 32);
        }
    }

    return exchange(held);
}

// The whole warp has the same clause; which rows wait differs.
DEVICE u32 hold(const Clause& clause, const u64* words, const Table& table, const Step& step, u32 waiting) {
    words += clause.first;
    if (clause.test == TEST_ROWS) return waiting & hold_listed(clause, words, step);

    Column column = table.columns[clause.column];
    if (column.values == nullptr) return 0;
    if (column.present != nullptr) waiting &= load_mask(column.present, step);
    u32 held = column.element == COLUMN_CODE16 ? hold_narrow<2>(clause, column, words, step.first, waiting)
             : column.element == COLUMN_CODE32 ? hold_narrow<4>(clause, column, words, step.first, waiting)
             : column.element == COLUMN_INT64 || column.element == COLUMN_FLOAT64
                                               ? hold_wide(clause, column, words, step.first, waiting)
                                               : hold_narrow<1>(clause, column, words, step.first, waiting);
    return waiting & held;
}

// --- a plan ---------------------------------------------------------------------------------------------------------
// Rows on their way: those that go to the clause that runs next stay in a register, others wait in a slot.
struct Waiting { u32 next, passed; };

DEVICE void hand_on(Waiting& waiting, u32* slots, const Clause* clauses, i32 clause, i32 target, u32 rows) {
    if (target == PASS) {
        waiting.passed |= rows;
    } else if (target == clause - 1) {
        waiting.next |= rows;
    } else if (target != FAIL) {
        slots[clauses[target].slot] |= rows;
    }
}

// Which of the rows pass.
DEVICE u32 pass(const u8* plans, const Plan& plan, const Table& table, const Step& step, u32 rows) {
    if (plan.entry < 0) return plan.entry == PASS ? rows : 0;

    // Few of them are used: what is not touched of a local array costs nothing.
    u32 slots[SLOTS];
    for (u32 i = 0; i < plan.slotCount; i++) slots[i] = 0;
    const Clause* clauses = (const Clause*)(plans + plan.clauses);
    const u64* words = (const u64*)(plans + plan.words);
    Waiting waiting = {rows, 0};
    for (i32 i = plan.entry; i >= 0; i--) {
        Clause clause = clauses[i];
        u32 some = waiting.next;
        waiting.next = 0;
        if (clause.slot >= 0) {
            some |= slots[clause.slot];
            slots[clause.slot] = 0;
        }

        if (warp_ballot(some != 0) == 0) continue;
        u32 held = hold(clause, words, table, step, some);
        hand_on(waiting, slots, clauses, i, clause.whenTrue, held);
        hand_on(waiting, slots, clauses, i, clause.whenFalse, some & ~held);
    }

    return waiting.passed;
}

// masks[plan][word], a bit a row that passes plan and is alive; passed[plan] += their count: of all plans but those
// that shared_filter has answered. Three blocks an SM: for four the compiler spills, and the spills cost a quarter of
// the time where filters are short.
KERNEL(plan_filter, (THREADS, 3), const Table* tables, const u8* plans, u64* masks, u64 wordStride, u64* passed) {
    SHARED_BYTES(shared);
    u32* counts = (u32*)shared; // [PLANS]
    const Plans& all = *(const Plans*)plans;
    u32 planCount = all.restCount;
    for (u32 i = thread_id(); i < planCount; i += THREADS) counts[i] = 0;
    block_sync();
    if (planCount == 0) return;

    Table table = *tables;
    u64 rowCount = table.rowCount < 64 * wordStride ? table.rowCount : 64 * wordStride;
    u32 stepCount = (u32)((rowCount + STEP_ROWS - 1) / STEP_ROWS);
    for (u32 firstStep = block_id() * WARPS; firstStep < stepCount; firstStep += grid_blocks() * WARPS) {
        u32 count = stepCount - firstStep < WARPS ? stepCount - firstStep : WARPS;
        u32 s = warp_id() / planCount, f = warp_id() % planCount;
        u32 live = 0, liveStep = WARPS;
        while (s < count) {
            Step step = {(u64)(firstStep + s) * STEP_ROWS, rowCount};
            if (s != liveStep) live = live_rows(table.live, step);
            liveStep = s;
            u32 number = all.rest[f];
            u32* mask = (u32*)(masks + number * wordStride);
            bool isShared = (all.groups[number / SHARED_PLANS].known >> (number % SHARED_PLANS) & 1) != 0;
            u32 rows = isShared ? load_mask(mask, step) : live;
            rows = exchange(pass(plans, all.plans[number], table, step, rows));
            u32 total = warp_sum(bit_count(rows));
            if (lane_id() == 0 && total != 0) shared_add(&counts[f], total);
            u64 word = step.first / 32 + row_word();
            if (word < (rowCount + 63) / 64 * 2) mask[word] = rows;
            s += WARPS / planCount;
            f += WARPS % planCount;
            if (f >= planCount) {
                f -= planCount;
                s++;
            }
        }
    }

    block_sync();
    for (u32 i = thread_id(); i < planCount; i += THREADS)
        if (counts[i] != 0) global_add(&passed[all.rest[i]], (u64)counts[i]);
}
