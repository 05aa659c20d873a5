// The clauses that up to 32 plans of a batch share, by one look-up a row and column: SharedTables.cs.
// A warp takes 256 rows and one group of plans. A table gives each code a word of the plans that let it through; the
// words of 32 rows, a row a lane, are ANDed over the columns and then turned over, so that lane p has the rows of plan
// p, and after eight such turns writes 32 bytes of its mask.
// Tables that fit shared memory are read there.
// Defines: THREADS, PLANS, SHARED_PLANS, TABLE_BYTES, RUN_COUNT_BITS, COLUMN_* (ColumnElement).

#define WORDS 8
#define STEP_ROWS (32 * WORDS)
#define WARPS (THREADS / 32)

#define GROUPS (PLANS / SHARED_PLANS)

// CodeLookup: where its table starts, in bytes from the front of the plans; `last` is the last code that has a word, or
// of a hashed table the last slot, and `shift`, 0 without slots, leaves a slot's number of a hash.
struct alignas(16) Lookup {
    i32 column;
    u32 table, last, shift;
    u32 absent, factor, isPerfect, unused; // perfect: no two codes of the table want the same slot
};

DEVICE u32 word_of(const Lookup& lookup, const u32* table, u32 code) {
    if (lookup.shift == 0) return table[code < lookup.last ? code : lookup.last];
    u32 slot = code * lookup.factor >> lookup.shift;
    u64 entry = ((const u64*)table)[slot];
    if (lookup.isPerfect != 0) return (u32)entry == code ? (u32)(entry >> 32) : lookup.absent;
    while ((u32)entry != code && (u32)entry != 0) {
        slot = (slot + 1) & lookup.last;
        entry = ((const u64*)table)[slot];
    }

    return (u32)(entry >> 32);
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

#pragma unroll
    for (u32 i = 0; i < WORDS; i++) words[i] &= word_of(lookup, table, codes[i]);
}

// Rows of several codes: the bits that any of them flips.
template <u32 bytes>
DEVICE void and_runs(u32 (&words)[WORDS], const Column& column, u64 row, u64 rowCount, const Lookup& lookup,
                     const u32* table) {
    u64 runs[WORDS];
#pragma unroll
    for (u32 i = 0; i < WORDS; i++) runs[i] = row + 32 * i < rowCount ? column.runs[row + 32 * i] : 0;
#pragma unroll
    for (u32 i = 0; i < WORDS; i++) {
        u64 start = runs[i] >> RUN_COUNT_BITS;
        u32 count = (u32)runs[i] & ((1u << RUN_COUNT_BITS) - 1), flipped = 0;
        for (u32 j = 0; j < count; j++)
            flipped |= word_of(lookup, table, code_at<bytes>(column.values, start + j)) ^ lookup.absent;
        words[i] &= lookup.absent ^ flipped;
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

DEVICE void and_lookup(u32 (&words)[WORDS], const u8* plans, const Lookup& lookup, const Table& table, u64 row,
                       bool isWhole) {
    Column column = table.columns[lookup.column];
    const u32* entries = (const u32*)(plans + lookup.table);
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

// Bit p of lane r becomes bit r of lane p: halves of the 32 x 32 bits change places, then halves of those. In each of
// the steps a lane keeps some of its bits, and has the others from its partner, whose bits come rotated.
struct Turn { u32 kept[5]; };

DEVICE Turn start_turn() {
    const u32 low[5] = {0x0000ffff, 0x00ff00ff, 0x0f0f0f0f, 0x33333333, 0x55555555};
    Turn turn;
#pragma unroll
    for (u32 i = 0; i < 5; i++) turn.kept[i] = (lane_id() & (16u >> i)) != 0 ? ~low[i] : low[i];
    return turn;
}

DEVICE u32 turned(const Turn& turn, u32 v) {
#pragma unroll
    for (u32 i = 0; i < 5; i++) {
        u32 distance = 16u >> i, left = (lane_id() & distance) != 0 ? 32 - distance : distance;
        u32 other = warp_shuffle_xor(v, distance);
        v = (v & turn.kept[i]) | ((other << left | other >> (32 - left)) & ~turn.kept[i]);
    }

    return v;
}

// Of 32 rows those that are alive.
DEVICE u32 live_rows(const Table& table, u64 first) {
    if (first >= table.rowCount) return 0;
    u32 inside = table.rowCount - first < 32 ? (1u << (u32)(table.rowCount - first)) - 1 : 0xffffffff;
    return table.live == nullptr ? inside : inside & table.live[first / 32];
}

// A lane's plan's mask of a step, in pieces of 64 rows; how many rows it has.
DEVICE u32 write_mask(const u32 (&words)[WORDS], u64* mask, u64 first, u64 rowCount) {
    u32 total = 0;
#pragma unroll
    for (u32 i = 0; i < WORDS; i++) total += bit_count(words[i]);
    u64* to = mask + first / 64;
    if ((u64)to % sizeof(U4) == 0 && first + STEP_ROWS <= rowCount) {
        ((U4*)to)[0] = {words[0], words[1], words[2], words[3]};
        ((U4*)to)[1] = {words[4], words[5], words[6], words[7]};
        return total;
    }

#pragma unroll
    for (u32 i = 0; i < WORDS; i += 2)
        if (first + 32 * i < rowCount) to[i / 2] = (u64)words[i + 1] << 32 | words[i];

    return total;
}

// The tables of the groups, as far as they fit, lie in shared memory: where a group's begin, less their place in plans.
DEVICE void copy_tables(const Plans& all, const u8* plans, u32 groupCount, u8* tables, const u8** groups) {
    u32 used = 0;
    for (u32 g = 0; g < groupCount; g++) {
        Group group = all.groups[g];
        bool fits = group.known != 0 && used + group.bytes <= TABLE_BYTES;
        if (fits)
            for (u32 i = thread_id(); i < group.bytes / 16; i += THREADS)
                ((U4*)(tables + used))[i] = ((const U4*)(plans + group.lookups))[i];
        if (thread_id() == 0) groups[g] = fits ? tables + used - group.lookups : plans;
        used += fits ? group.bytes : 0;
    }
}

// masks[plan][word] of the plans that share, a bit a row that is alive and gets through what they share; of those that
// are nothing more, passed[plan] += their count.
KERNEL(shared_filter, (THREADS, 4), const Table* tables, const u8* plans, u64* masks, u64 wordStride, u64* passed) {
    SHARED_BYTES(shared);
    u32* counts = (u32*)shared; // [PLANS]
    const u8** groups = (const u8**)(counts + PLANS); // [GROUPS]
    const Plans& all = *(const Plans*)plans;
    u32 groupCount = (all.planCount + SHARED_PLANS - 1) / SHARED_PLANS, known = 0;
    for (u32 g = 0; g < groupCount; g++) known |= all.groups[g].known;
    if (known == 0) return;

    for (u32 i = thread_id(); i < PLANS; i += THREADS) counts[i] = 0;
    copy_tables(all, plans, groupCount, (u8*)(groups + GROUPS), groups);
    block_sync();

    Table table = *tables;
    if (table.rowCount > 64 * wordStride) table.rowCount = 64 * wordStride;
    u32 stepCount = (u32)((table.rowCount + STEP_ROWS - 1) / STEP_ROWS);
    Turn turn = start_turn();
    for (u32 s = block_id() * WARPS + warp_id(); s < stepCount; s += grid_blocks() * WARPS) {
        u64 first = (u64)s * STEP_ROWS;
        bool isWhole = first + STEP_ROWS <= table.rowCount;
        for (u32 g = 0; g < groupCount; g++) {
            Group group = all.groups[g];
            if (group.known == 0) continue;

            u32 words[WORDS];
#pragma unroll
            for (u32 i = 0; i < WORDS; i++) words[i] = 0xffffffff;
            const Lookup* lookups = (const Lookup*)(groups[g] + group.lookups);
            for (u32 i = 0; i < group.lookupCount; i++)
                and_lookup(words, groups[g], lookups[i], table, first + lane_id(), isWhole);
#pragma unroll
            for (u32 i = 0; i < WORDS; i++) words[i] = turned(turn, words[i]);
            if (!isWhole || table.live != nullptr) {
#pragma unroll
                for (u32 i = 0; i < WORDS; i++) words[i] &= live_rows(table, first + 32 * i);
            }

            if ((group.known >> lane_id() & 1) != 0) {
                u32 plan = g * SHARED_PLANS + lane_id();
                u32 total = write_mask(words, masks + plan * wordStride, first, table.rowCount);
                if ((group.whole >> lane_id() & 1) != 0) shared_add(&counts[plan], total);
            }
        }
    }

    block_sync();
    for (u32 i = thread_id(); i < PLANS; i += THREADS)
        if (counts[i] != 0) global_add(&passed[i], (u64)counts[i]);
}
