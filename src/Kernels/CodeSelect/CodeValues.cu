// The value of a row for a query: its score is twice that and a constant of the query. A warp takes 64 rows at once, two
// a lane, and 64 such groups, or steps, are a tile: a lane then has one word of bits of each mask.
// Defines: those of Together.cu, PLANES_MAX, WORDS_MAX.

constexpr u32 StepRows = 64, TileSteps = 32, TileRows = StepRows * TileSteps;

// How codes lie: one word each, an even number, or an odd one. Only that of one word has a query that is a code too.
enum Kind : u32 { OneWord, EvenWords, OddWords };

// The codes and a query, whose planes are in shared memory.
struct Codes {
    const u8* rows;
    u32 rowCount, words, planes;
    const u64* query; // [plane][word]
};

DEVICE i32 value_of_word(const Codes& codes, u64 code, u32 word) {
    if (codes.planes == 1) return -(i32)bit_count(code ^ codes.query[word]);
    i32 value = 0;
#pragma unroll
    for (u32 p = 0; p < PLANES_MAX; p++) {
        i32 worth = p == PLANES_MAX - 1 ? -(1 << p) : 1 << p;
        value += worth * (i32)bit_count(code & codes.query[p * codes.words + word]);
    }

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

// The two rows of a lane in a step, as their bits lie in the step's word.
template <u32 kind> DEVICE u32 place_of(u32 i) { return kind == OneWord ? 2 * lane_id() + i : 32 * i + lane_id(); }

// The values of a lane's two rows of the step that starts at `first`, those for which `asked` has a bit. There is room
// for whole steps of rows.
template <u32 kind> DEVICE void load_values(const Codes& codes, u64 first, u32 asked, i32 (&values)[2]) {
    values[0] = values[1] = 0;
    if constexpr (kind == OneWord) {
        U4 both = {0, 0, 0, 0};
        if (asked != 0) both = load_stream16(codes.rows + (first + 2 * lane_id()) * sizeof(u64));
        values[0] = -(i32)bit_count(word_of(both.x, both.y) ^ codes.query[0]);
        values[1] = -(i32)bit_count(word_of(both.z, both.w) ^ codes.query[0]);
    } else {
        const u64* one = (const u64*)codes.rows + (first + lane_id()) * codes.words;
        const u64* other = one + 32 * codes.words;
        constexpr u32 Side = kind == EvenWords ? 2 : 1;
#pragma unroll 2
        for (u32 w = 0; w < codes.words; w += Side) {
            u64 code[2][Side] = {};
            if constexpr (kind == EvenWords) {
                U4 a = {0, 0, 0, 0}, b = {0, 0, 0, 0};
                if ((asked & 1) != 0) a = *(const U4*)(one + w);
                if ((asked & 2) != 0) b = *(const U4*)(other + w);
                code[0][0] = word_of(a.x, a.y), code[0][1] = word_of(a.z, a.w);
                code[1][0] = word_of(b.x, b.y), code[1][1] = word_of(b.z, b.w);
            } else {
                if ((asked & 1) != 0) code[0][0] = one[w];
                if ((asked & 2) != 0) code[1][0] = other[w];
            }

#pragma unroll
            for (u32 i = 0; i < 2; i++)
#pragma unroll
                for (u32 s = 0; s < Side; s++) values[i] += value_of_word(codes, code[i][s], w + s);
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

// What two ballots say of a step's rows, one of the lanes' first rows and one of their second.
template <u32 kind> DEVICE u64 step_word(u32 firsts, u32 seconds) {
    return kind == OneWord ? spread(firsts) | spread(seconds) << 1 : word_of(firsts, seconds);
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

// Which of a lane's rows of a step have a bit.
template <u32 kind> DEVICE u32 bits_of_lane(u64 word) {
    u32 first = place_of<kind>(0), second = place_of<kind>(1);
    return (u32)(word >> first & 1) | (u32)(word >> second & 1) << 1;
}

// The place of a word's lowest bit.
DEVICE u32 lowest_place(u64 v) { return (u32)v != 0 ? lowest_bit((u32)v) : 32 + lowest_bit((u32)(v >> 32)); }
