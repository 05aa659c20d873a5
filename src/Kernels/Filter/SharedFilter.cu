// The clauses that up to 32 plans of a batch share, by one look-up a row and column: SharedTables.cs.
// A warp takes 1,024 rows and one group of plans. A table gives each code a word of the plans that let it through; the
// words of a row are ANDed over the columns, 32 neighbouring rows a load. Through shared memory each lane then gets the
// words of 32 neighbouring rows, and turns them over in its registers, so that word p has the rows of plan p: a bit a
// row, as masks are. A warp so writes 128 bytes of each mask at once.
// Tables that fit shared memory are read there.
// Defines: SHARED_THREADS, PLANS, SHARED_PLANS, RUN_COUNT_BITS, COLUMN_* (ColumnElement).

#define STEP_ROWS 1024
#define WORDS 8 // of a lane and round
#define WARPS (SHARED_THREADS / 32)
#define EXCHANGE_WORDS (STEP_ROWS + 32) // of a warp; a row's is at row + row / 32, so that no two lanes want one bank

#define GROUPS (PLANS / SHARED_PLANS)

// CodeLookup: where its table starts, in bytes from the front of the plans; `last` is the last code that has a word, or
// of a hashed table the last slot, and `shift`, 0 without slots, leaves a slot's number of a hash. Slots have a code and
// its word; if no two codes want the same one (perfect), all codes come first, then all words.
struct alignas(16) Lookup {
    i32 column;
    u32 table, last, shift;
    u32 absent, factor, isPerfect, unused;
};

DEVICE u32 direct_word(const Lookup& lookup, const u32* table, u32 code) {
    return table[code < lookup.last ? code : lookup.last];
}

DEVICE u32 perfect_word(const Lookup& lookup, const u32* table, u32 code) {
    u32 slot = code * lookup.factor >> lookup.shift, word = lookup.absent;
    if (table[slot] == code) word = table[lookup.last + 1 + slot];
    return word;
}

DEVICE u32 hashed_word(const Lookup& lookup, const u32* table, u32 code) {
    u32 slot = code * lookup.factor >> lookup.shift;
    u64 entry = ((const u64*)table)[slot];
    while ((u32)entry != code && (u32)entry != 0) {
        slot = (slot + 1) & lookup.last;
        entry = ((const u64*)table)[slot];
    }

    return (u32)(entry >> 32);
}

DEVICE u32 word_of(const Lookup& lookup, const u32* table, u32 code) {
    return lookup.shift == 0 ? direct_word(lookup, table, code)
         : lookup.isPerfect != 0 ? perfect_word(lookup, table, code)
                                 : hashed_word(lookup, table, code);
}

template <u32 bytes> DEVICE u32 code_at(const u8* values, u64 position) {
    return bytes == 1 ? values[position] : bytes == 2 ? ((const u16*)values)[position] : ((const u32*)values)[position];
}

// Rows of one code each.
template <u32 bytes>
DEVICE void and_codes(u32 (&words)[WORDS], const u8* values, u64 row, u64 rowCount, bool isWhole, const Lookup& lookup,
                      const u32* table) {
    u32 codes[WORDS];
    if (isWhole) {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) codes[i] = code_at<bytes>(values + row * bytes, 32 * i);
    } else {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) codes[i] = row + 32 * i < rowCount ? code_at<bytes>(values, row + 32 * i) : 0;
    }

    if (lookup.shift == 0) {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) words[i] &= direct_word(lookup, table, codes[i]);
    } else if (lookup.isPerfect != 0) {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) words[i] &= perfect_word(lookup, table, codes[i]);
    } else {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) words[i] &= hashed_word(lookup, table, codes[i]);
    }
}

// Rows of several codes: the bits that any of them flips.
template <u32 bytes>
DEVICE void and_runs(u32 (&words)[WORDS], const Column& column, u64 row, u64 rowCount, const Lookup& lookup,
                     const u32* table) {
    const u32 together = 4; // reads in flight, of as many registers
#pragma unroll
    for (u32 from = 0; from < WORDS; from += together) {
        u64 runs[together];
#pragma unroll
        for (u32 i = 0; i < together; i++) {
            u64 at = row + 32 * (from + i);
            runs[i] = at < rowCount ? column.runs[at] : 0;
        }

#pragma unroll
        for (u32 i = 0; i < together; i++) {
            u64 start = runs[i] >> RUN_COUNT_BITS;
            u32 count = (u32)runs[i] & ((1u << RUN_COUNT_BITS) - 1), flipped = 0;
            for (u32 j = 0; j < count; j++)
                flipped |= word_of(lookup, table, code_at<bytes>(column.values, start + j)) ^ lookup.absent;
            words[from + i] &= lookup.absent ^ flipped;
        }
    }
}

template <u32 bytes>
DEVICE void and_column(u32 (&words)[WORDS], const Column& column, u64 row, u64 rowCount, bool isWhole,
                       const Lookup& lookup, const u32* table) {
    if (column.runs != nullptr) {
        and_runs<bytes>(words, column, row, rowCount, lookup, table);
    } else {
        and_codes<bytes>(words, column.values, row, rowCount, isWhole, lookup, table);
    }
}

DEVICE void and_lookup(u32 (&words)[WORDS], const Lookup& lookup, const u32* entries, const Table& table, u64 row,
                       bool isWhole) {
    Column column = table.columns[lookup.column];
    if (column.values == nullptr) {
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) words[i] &= lookup.absent;
    } else if (column.element == COLUMN_CODE16) {
        and_column<2>(words, column, row, table.rowCount, isWhole, lookup, entries);
    } else if (column.element == COLUMN_CODE32) {
        and_column<4>(words, column, row, table.rowCount, isWhole, lookup, entries);
    } else {
        and_column<1>(words, column, row, table.rowCount, isWhole, lookup, entries);
    }
}

// The words of a warp's rows: lane l's i-th becomes that of row 32 l + i. `tables` is where the group's look-ups are.
DEVICE void look_up(u32 (&rows)[32], const u8* tables, const Group& group, const Table& table, u64 first, bool isWhole,
                    u32* exchange) {
    const Lookup* lookups = (const Lookup*)tables;
#pragma unroll 1
    for (u32 round = 0; round < STEP_ROWS; round += 32 * WORDS) {
        u32 words[WORDS];
#pragma unroll
        for (u32 i = 0; i < WORDS; i++) words[i] = 0xffffffff;
        for (u32 i = 0; i < group.lookupCount; i++) {
            Lookup lookup = lookups[i];
            const u32* entries = (const u32*)(tables + (lookup.table - group.lookups));
            and_lookup(words, lookup, entries, table, first + round + lane_id(), isWhole);
        }

#pragma unroll
        for (u32 i = 0; i < WORDS; i++) exchange[33 * (round / 32 + i) + lane_id()] = words[i];
    }

    warp_sync();
#pragma unroll
    for (u32 i = 0; i < 32; i++) rows[i] = exchange[33 * lane_id() + i];
    warp_sync();
}

// Bits change places between words a distance apart: those of the upper half of each field of the first with those of
// the lower half of the second.
template <u32 distance, u32 low> DEVICE void swap_halves(u32 (&words)[32]) {
#pragma unroll
    for (u32 i = 0; i < 32; i++) {
        if ((i & distance) != 0) continue;
        u32 a = words[i], b = words[i + distance];
        words[i] = (a & low) | (b << distance & ~low);
        words[i + distance] = (a >> distance & low) | (b & ~low);
    }
}

// Bit p of word r becomes bit r of word p.
DEVICE void turn_over(u32 (&words)[32]) {
#pragma unroll
    for (u32 i = 0; i < 16; i++) {
        u32 a = words[i], b = words[i + 16];
        words[i] = permute_bytes(a, b, 0x5410);
        words[i + 16] = permute_bytes(a, b, 0x7632);
    }
#pragma unroll
    for (u32 i = 0; i < 32; i++) {
        if ((i & 8) != 0) continue;
        u32 a = words[i], b = words[i + 8];
        words[i] = permute_bytes(a, b, 0x6240);
        words[i + 8] = permute_bytes(a, b, 0x7351);
    }

    swap_halves<4, 0x0f0f0f0f>(words);
    swap_halves<2, 0x33333333>(words);
    swap_halves<1, 0x55555555>(words);
}

// Of 32 rows those that are alive.
DEVICE u32 live_rows(const Table& table, u64 first) {
    if (first >= table.rowCount) return 0;
    u32 inside = table.rowCount - first < 32 ? (1u << (u32)(table.rowCount - first)) - 1 : 0xffffffff;
    return table.live == nullptr ? inside : inside & table.live[first / 32];
}

// How many rows of each plan the warp has: lane l gets those of plans 2 l and, in the upper half, 2 l + 1.
DEVICE u32 count_rows(const u32 (&words)[32]) {
    u32 counts = 0;
#pragma unroll
    for (u32 i = 0; i < 32; i += 2) {
        u32 two = warp_sum(bit_count(words[i]) | bit_count(words[i + 1]) << 16);
        if (lane_id() == i / 2) counts = two;
    }

    return counts;
}

// The masks of a group's plans for a warp's rows, of those that are known; their counts if anybody wants them.
DEVICE void write_masks(const u32 (&words)[32], const Group& group, u32* masks, u64 maskWords, bool isInside,
                        u32* counts) {
#pragma unroll
    for (u32 p = 0; p < 32; p++) {
        if (isInside && (group.known >> p & 1) != 0) *masks = words[p];
        masks += maskWords;
    }

    if (group.whole == 0) return;
    u32 both = count_rows(words), plan = 2 * lane_id() % 32;
    if (lane_id() < 16) {
        if ((group.whole >> plan & 1) != 0) shared_add(&counts[plan], both & 0xffff);
        if ((group.whole >> plan & 2) != 0) shared_add(&counts[plan + 1], both >> 16);
    }
}

// The tables of the groups, as far as they fit, lie in shared memory: where each group's look-ups begin there, or
// NOWHERE.
#define NOWHERE 0xffffffff
DEVICE void copy_tables(const Plans& all, const u8* plans, u32 groupCount, u8* tables, u32 tableBytes, u32* places) {
    u32 used = 0;
    for (u32 g = 0; g < groupCount; g++) {
        Group group = all.groups[g];
        bool fits = group.known != 0 && used + group.bytes <= tableBytes;
        if (fits)
            for (u32 i = thread_id(); i < group.bytes / 16; i += SHARED_THREADS)
                ((U4*)(tables + used))[i] = ((const U4*)(plans + group.lookups))[i];
        if (thread_id() == 0) places[g] = fits ? used : NOWHERE;
        used += fits ? group.bytes : 0;
    }
}

// masks[plan][word] of the plans that share, a bit a row that is alive and gets through what they share; of those that
// are nothing more, passed[plan] += their count.
KERNEL(shared_filter, (SHARED_THREADS, 2), const Table* tables, const u8* plans, u64* masks, u64 wordStride,
       u64* passed, u32 tableBytes) {
    SHARED_BYTES(shared);
    u32* exchange = (u32*)shared + warp_id() * EXCHANGE_WORDS;
    u32* counts = (u32*)shared + WARPS * EXCHANGE_WORDS; // [PLANS]
    u32* places = counts + PLANS;                        // [GROUPS]
    u8* copies = (u8*)(places + GROUPS);                 // [tableBytes]
    const Plans& all = *(const Plans*)plans;
    u32 groupCount = (all.planCount + SHARED_PLANS - 1) / SHARED_PLANS, known = 0;
    for (u32 g = 0; g < groupCount; g++) known |= all.groups[g].known;
    if (known == 0) return;

    for (u32 i = thread_id(); i < PLANS; i += SHARED_THREADS) counts[i] = 0;
    copy_tables(all, plans, groupCount, copies, tableBytes, places);
    block_sync();

    Table table = *tables;
    if (table.rowCount > 64 * wordStride) table.rowCount = 64 * wordStride;
    u32 stepCount = (u32)((table.rowCount + STEP_ROWS - 1) / STEP_ROWS);
    for (u32 s = block_id() * WARPS + warp_id(); s < stepCount; s += grid_blocks() * WARPS) {
        u64 first = (u64)s * STEP_ROWS, mine = first + 32 * lane_id();
        bool isWhole = first + STEP_ROWS <= table.rowCount;
        for (u32 g = 0; g < groupCount; g++) {
            Group group = all.groups[g];
            if (group.known == 0) continue;

            // The compiler has to see where tables lie, to read shared memory as such.
            u32 rows[32];
            if (places[g] != NOWHERE) {
                look_up(rows, copies + places[g], group, table, first, isWhole, exchange);
            } else {
                look_up(rows, plans + group.lookups, group, table, first, isWhole, exchange);
            }

            turn_over(rows);
            if (!isWhole || table.live != nullptr) {
                u32 live = live_rows(table, mine);
#pragma unroll
                for (u32 i = 0; i < 32; i++) rows[i] &= live;
            }

            u32* to = (u32*)(masks + g * SHARED_PLANS * wordStride) + mine / 32;
            write_masks(rows, group, to, 2 * wordStride, mine / 64 * 64 < table.rowCount, counts + g * SHARED_PLANS);
        }
    }

    block_sync();
    for (u32 i = thread_id(); i < PLANS; i += SHARED_THREADS)
        if (counts[i] != 0) global_add(&passed[i], (u64)counts[i]);
}
