// The value of a row for a query: its score is twice that and a constant of the query. A warp takes 64 rows at once, two
// a lane, and 32 such steps are a tile.
// Defines: those of Together.cu, PLANES_MAX, WORDS_MAX.

constexpr u32 StepRows = 64, TileSteps = 32, TileRows = StepRows * TileSteps;

// How codes are read. OneWord: a lane has neighbours, and its query is a code too. Of 2, 4, 8 or 16 words: so many lanes a
// row, each two words. AnyWords: a lane a row, word by word.
enum Kind : u32 { AnyWords = 0, Lanes1 = 1, Lanes2 = 2, Lanes4 = 4, Lanes8 = 8, OneWord = 16 };

// The codes and a query, whose planes are in shared memory.
struct Codes {
    const u8* rows;
    u32 rowCount, words, planes;
    const u64* query; // [plane][word]
};

// What a bit of a plane is worth: two's complement.
DEVICE i32 worth_of(u32 plane) { return plane == PLANES_MAX - 1 ? -(1 << plane) : 1 << plane; }

DEVICE i32 value_of_word(const Codes& codes, u64 code, u32 word) {
    if (codes.planes == 1) return -(i32)bit_count(code ^ codes.query[word]);
    i32 value = 0;
#pragma unroll 1
    for (u32 p = 0; p < PLANES_MAX; p++)
        value += worth_of(p) * (i32)bit_count(code & codes.query[p * codes.words + word]);

    return value;
}

// Of any row.
DEVICE i32 value_of(const Codes& codes, u32 row) {
    const u64* code = (const u64*)codes.rows + (u64)row * codes.words;
    i32 value = 0;
    for (u32 w = 0; w < codes.words; w++) value += value_of_word(codes, code[w], w);
    return value;
}

DEVICE u64 word_of(u32 low, u32 high) { return (u64)high << 32 | low; }

// Steps whose codes are asked for together.
template <u32 kind> struct Steps {
    static constexpr u32 AtOnce = kind == OneWord ? 8 : kind == Lanes1 ? 4 : kind == Lanes2 ? 2 : 1;
};

// The two rows of a lane in a step, as their bits lie in the step's word.
template <u32 kind> DEVICE u32 place_of(u32 i) { return kind == OneWord ? 2 * lane_id() + i : 32 * i + lane_id(); }

// Which of a lane's rows of a step have a bit.
template <u32 kind> DEVICE u32 bits_of_lane(u64 word) {
    return (u32)(word >> place_of<kind>(0) & 1) | (u32)(word >> place_of<kind>(1) & 1) << 1;
}

// Where steps lie: in global memory, of which only rows that pass are read, or in shared.
struct InGlobal {
    const u8* at;
    static constexpr bool isShared = false;

    DEVICE_MEMBER InGlobal operator+(u32 bytes) const { return {at + bytes}; }
    DEVICE_MEMBER U4 load16() const { return load_stream16(at); }
};

struct InShared {
    u32 at;
    static constexpr bool isShared = true;

    DEVICE_MEMBER InShared operator+(u32 bytes) const { return {at + bytes}; }
    DEVICE_MEMBER U4 load16() const { return load_shared16(at); }
};

DEVICE void load_any(const Codes& codes, const u8* step, u64 passing, i32 (&values)[2]) {
    const u64* one = (const u64*)step + lane_id() * codes.words;
    const u64* other = one + 32 * codes.words;
    u32 asked = bits_of_lane<AnyWords>(passing);
    values[0] = values[1] = 0;
#pragma unroll 4
    for (u32 w = 0; w < codes.words; w++) {
        u64 a = (asked & 1) != 0 ? one[w] : 0, b = (asked & 2) != 0 ? other[w] : 0;
        values[0] += value_of_word(codes, a, w);
        values[1] += value_of_word(codes, b, w);
    }
}

// Adds over the lanes of a row, so that a lane has the sums of the rows of two loads; then of its own two rows.
template <u32 lanes> DEVICE void add_lanes(i32 (&parts)[2 * lanes], i32 (&values)[2]) {
#pragma unroll
    for (u32 distance = lanes / 2; distance > 0; distance /= 2) {
        bool upper = (lane_id() & distance) != 0;
#pragma unroll
        for (u32 i = 0; i < 2 * distance; i++) {
            i32 given = upper ? parts[i] : parts[i + 2 * distance], kept = upper ? parts[i + 2 * distance] : parts[i];
            parts[i] = kept + (i32)warp_shuffle_xor((u32)given, distance);
        }
    }

    constexpr u32 RowsOfLoad = 32 / lanes;
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        u32 row = 32 * i + lane_id(), load = row / RowsOfLoad, from = row % RowsOfLoad * lanes + load / 2;
        u32 even = warp_shuffle((u32)parts[0], from), odd = warp_shuffle((u32)parts[1], from);
        values[i] = (i32)(load % 2 == 0 ? even : odd);
    }
}

template <u32 lanes, class At>
DEVICE void load_lanes(const Codes& codes, At step, u64 passing, i32 (&values)[2]) {
    constexpr u32 Loads = 2 * lanes, AtOnce = Loads < 8 ? Loads : 8;
    const At from = step + 16 * lane_id();
    const u32 word = 2 * (lane_id() % lanes);
    i32 parts[Loads];
#pragma unroll
    for (u32 load0 = 0; load0 < Loads; load0 += AtOnce) {
        U4 code[AtOnce];
#pragma unroll
        for (u32 i = 0; i < AtOnce; i++) {
            u32 row = (load0 + i) * (32 / lanes) + lane_id() / lanes;
            code[i] = {0, 0, 0, 0};
            if (At::isShared || (passing >> row & 1) != 0) code[i] = (from + (load0 + i) * 512).load16();
        }

        if (codes.planes == 1) {
            const u64 query = codes.query[word], next = codes.query[word + 1];
#pragma unroll
            for (u32 i = 0; i < AtOnce; i++)
                parts[load0 + i] = -(i32)(bit_count(word_of(code[i].x, code[i].y) ^ query)
                    + bit_count(word_of(code[i].z, code[i].w) ^ next));
            continue;
        }

#pragma unroll
        for (u32 i = 0; i < AtOnce; i++) parts[load0 + i] = 0;
#pragma unroll 1
        for (u32 p = 0; p < PLANES_MAX; p++) {
            const u64* plane = codes.query + p * codes.words + word;
            const u64 query = plane[0], next = plane[1];
#pragma unroll
            for (u32 i = 0; i < AtOnce; i++)
                parts[load0 + i] += worth_of(p) * (i32)(bit_count(word_of(code[i].x, code[i].y) & query)
                    + bit_count(word_of(code[i].z, code[i].w) & next));
        }
    }

    add_lanes<lanes>(parts, values);
}

// The values of a lane's two rows of each of some steps, which lie one after the other: of those rows that pass, or of
// all in shared memory. There is room for whole steps of rows.
template <u32 kind, u32 steps, class At>
DEVICE void load_values(const Codes& codes, At rows, const u64 (&passing)[steps], i32 (&values)[steps][2]) {
    const u32 stepBytes = StepRows * codes.words * (u32)sizeof(u64);
    if constexpr (kind == OneWord) {
        const u64 query = codes.query[0];
        U4 both[steps];
#pragma unroll
        for (u32 i = 0; i < steps; i++) {
            both[i] = {0, 0, 0, 0};
            if (At::isShared || (passing[i] >> (2 * lane_id()) & 3) != 0)
                both[i] = (rows + (i * StepRows * (u32)sizeof(u64) + 16 * lane_id())).load16();
        }

#pragma unroll
        for (u32 i = 0; i < steps; i++) {
            values[i][0] = -(i32)bit_count(word_of(both[i].x, both[i].y) ^ query);
            values[i][1] = -(i32)bit_count(word_of(both[i].z, both[i].w) ^ query);
        }
    } else {
#pragma unroll
        for (u32 i = 0; i < steps; i++) {
            if constexpr (kind == AnyWords) load_any(codes, (rows + i * stepBytes).at, passing[i], values[i]);
            else load_lanes<kind>(codes, rows + i * stepBytes, passing[i], values[i]);
        }
    }
}

// Bits that are apart: bit i goes to 2 i.
DEVICE u64 spread(u32 bits) {
    u64 v = bits;
    v = (v | v << 16) & 0x0000ffff0000ffffull;
    v = (v | v << 8) & 0x00ff00ff00ff00ffull;
    v = (v | v << 4) & 0x0f0f0f0f0f0f0f0full;
    v = (v | v << 2) & 0x3333333333333333ull;
    return (v | v << 1) & 0x5555555555555555ull;
}

// What two words, a bit a lane, say of a step's rows: one of the lanes' first rows and one of their second.
template <u32 kind> DEVICE u64 step_word(u32 firsts, u32 seconds) {
    return kind == OneWord ? spread(firsts) | spread(seconds) << 1 : word_of(firsts, seconds);
}

// Lane i's bit j becomes lane j's bit i.
DEVICE u32 transposed(u32 v) {
    u32 keeps = 0xffff0000u;
#pragma unroll
    for (u32 distance = 16; distance > 0; distance /= 2, keeps ^= keeps >> distance) {
        bool upper = (lane_id() & distance) != 0;
        u32 mine = upper ? keeps : ~keeps, other = warp_shuffle_xor(v, distance);
        v = (v & mine) | ((upper ? other >> distance : other << distance) & ~mine);
    }

    return v;
}

// Which rows of a word there are.
DEVICE u64 rows_there(u64 word, u32 rowCount) {
    u64 first = word * 64;
    return first >= rowCount ? 0 : rowCount - first >= 64 ? ~0ull : (1ull << (rowCount - first)) - 1;
}

// Which rows of a word pass.
DEVICE u64 rows_passing(const u64* mask, u64 word, u32 rowCount) {
    u64 there = rows_there(word, rowCount);
    return mask == nullptr || there == 0 ? there : mask[word] & there;
}
