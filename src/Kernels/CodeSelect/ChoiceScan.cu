// One pass over the codes of a table: two bits a row, its class, and how many rows are of which.
// Defines: those of CodeValues.cu and CodeBins.cu.

// Values by bin: a power of two of them each.
struct Scale { i32 least; u32 shift, bins, copies; };

// Class 1 has two to the power `shift` values from `least` on, class 2 the next, class 3 those above.
struct Classes { i32 least; u32 shift; };

// Two bits a row: its class.
struct Planes { u64* low; u64* high; u64 words; };

template <u32 kind> DEVICE Scale scale_of(const Codes& codes) {
    if constexpr (kind == OneWord) return {-64, 0, 65, copies_of(65)};
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

// What becomes of values: two bits a row, its class, and a count of it.
struct Sorter {
    Classes classes;
    Scale scale;
    u32 bins;
    bool counts;

    // Adds a row's class to those of the lane's rows before.
    DEVICE_MEMBER void add(u32& bits, i32 value) const {
        bits = bits << 2 | (u32)clamp(((value - classes.least) >> classes.shift) + 1, 3);
    }

    DEVICE_MEMBER void count(i32 value) const {
        if (value >= classes.least) count_in(bins, bin_of(scale, value), scale.copies);
    }
};

// Adds a number of each lane's to *sum.
DEVICE void add_of_warp(u32* sum, u32 v) {
    v = warp_sum(v);
    if (lane_id() == 0 && v != 0) global_count(sum, v);
}

// What is written of tiles, and counted of it: each lane of two neighbours has one of the planes.
struct Written {
    u64* plane;
    u64 words;
    u32 own, both;

    DEVICE_MEMBER explicit Written(const Planes& planes)
        : plane((lane_id() & 1) != 0 ? planes.high : planes.low), words(planes.words), own(0), both(0) {}

    // Half of a tile: the step that a lane has, and its word.
    DEVICE_MEMBER static u32 step_of(u32 half) { return half * (TileSteps / 2) + TileSteps / 2 - 1 - lane_id() / 2; }

    DEVICE_MEMBER void put(u64 at, u64 word) {
        u64 other = warp_shuffle_xor(word, 1);
        own += bit_count(word);
        both += bit_count(word & other);
        if (at < words) plane[at] = word;
    }

    DEVICE_MEMBER void add_to(u32* counts) const {
        bool isHigh = (lane_id() & 1) != 0;
        add_of_warp(counts + 1, isHigh ? 0 : own);
        add_of_warp(counts + 2, isHigh ? own : 0);
        add_of_warp(counts + 3, isHigh ? 0 : both);
    }
};

// Reads rows where they lie, and only those that pass.
struct Direct {
    const Codes& codes;

    DEVICE_MEMBER void start() const {}
    DEVICE_MEMBER void end_of_scan() const {}

    template <u32 kind, u32 steps>
    DEVICE_MEMBER void load(u64 tile, u32 step, u64 passingOfLane, i32 (&values)[steps][2], u64 (&passing)[steps]) {
#pragma unroll
        for (u32 i = 0; i < steps; i++) passing[i] = warp_shuffle(passingOfLane, step + i);
        load_values<kind>(
            codes, InGlobal{codes.rows + (tile * TileRows + step * StepRows) * codes.words * sizeof(u64)}, passing, values);
    }
};

#if defined(HAS_BULK_COPY)
// Reads all rows of a warp's tiles through a ring of its own, which bulk copies fill with the steps that are looked at
// together.
template <u32 pieceSteps> struct Ring {
    const Codes& codes;
    const u8* from; // what is asked for next, and ends where the last step with rows does
    const u8* here; // what is looked at next
    const u8* end;
    u64 gap;        // from the end of a tile of the warp to the next
    u32 stages, slot, phases, pieceBytes, tilePieces, asked, looked;
    u32 pieces;     // [stage]
    u32 barriers;   // [stage]

    DEVICE_MEMBER Ring(const Codes& codes, u32 stages)
        : codes(codes), stages(stages), slot(0), phases(block_memory()->phases[warp_id()]),
          tilePieces(TileSteps / pieceSteps), asked(0), looked(0) {
        const u32 rowBytes = codes.words * (u32)sizeof(u64);
        const u64 tileBytes = TileRows * rowBytes;
        pieceBytes = pieceSteps * StepRows * rowBytes;
        pieces = shared_address((u8*)(block_memory() + 1) + warp_id() * stages * pieceBytes);
        barriers = shared_address(block_memory()->barriers + warp_id() * STAGES_MAX);
        from = here = codes.rows + (block_id() * Warps + warp_id()) * tileBytes;
        end = codes.rows + ((u64)codes.rowCount + StepRows - 1) / StepRows * StepRows * rowBytes;
        gap = (u64)(grid_blocks() * Warps - 1) * tileBytes;
    }

    // Past a piece, or with the last of a tile to the next.
    DEVICE_MEMBER void go_on(const u8*& at, u32& count) const {
        at += pieceBytes;
        if (++count == tilePieces) {
            count = 0;
            at += gap;
        }
    }

    // There is room for whole steps of rows, not for whole pieces.
    DEVICE_MEMBER void ask(u32 stage) {
        if (from < end && lane_id() == 0) {
            u32 bytes = end - from < pieceBytes ? (u32)(end - from) : pieceBytes;
            mbarrier_expect(barriers + 8 * stage, bytes);
            bulk_copy(pieces + stage * pieceBytes, from, bytes, barriers + 8 * stage);
        }

        go_on(from, asked);
    }

    DEVICE_MEMBER void start() {
        for (u32 stage = 0; stage < stages; stage++) ask(stage);
    }

    template <u32 kind, u32 steps>
    DEVICE_MEMBER void load(u64, u32, u64, i32 (&values)[steps][2], u64 (&passing)[steps]) {
        static_assert(steps == pieceSteps, "a piece");
#pragma unroll
        for (u32 i = 0; i < steps; i++) passing[i] = ~0ull;
        if (here >= end) {
#pragma unroll
            for (u32 i = 0; i < steps; i++) values[i][0] = values[i][1] = 0; // no rows
            return;
        }

        go_on(here, looked);
        mbarrier_wait(barriers + 8 * slot, phases >> slot & 1);
        warp_sync();
        load_values<kind>(codes, InShared{pieces + slot * pieceBytes}, passing, values);
        warp_sync(); // all have read the piece
        ask(slot);
        phases ^= 1u << slot;
        slot = slot + 1 == stages ? 0 : slot + 1;
    }

    // What was asked for is there by then, and was looked at.
    DEVICE_MEMBER void end_of_scan() const { block_memory()->phases[warp_id()] = phases; }
};
#endif

template <u32 kind, bool hasLevels, bool isWhole, class Source>
DEVICE void scan_tiles(Source& source, const Sorter& sorter, const u64* mask, u32 rowCount, Written& written) {
    constexpr u32 AtOnce = Steps<kind>::AtOnce;
    const u64 tiles = (written.words + TileSteps - 1) / TileSteps;
    source.start();
#pragma unroll 1
    for (u64 tile = block_id() * Warps + warp_id(); tile < tiles; tile += grid_blocks() * Warps) {
        u64 passing = rows_passing(mask, tile * TileSteps + lane_id(), rowCount);
        bool counted = !isWhole || warp_ballot(passing != ~0ull) != 0;
#pragma unroll 1
        for (u32 half = 0; half < 2; half++) {
            u32 bits[2] = {0, 0}, step = written.step_of(half);
#pragma unroll 1
            for (u32 first = half * (TileSteps / 2); first < (half + 1) * (TileSteps / 2); first += AtOnce) {
                i32 values[AtOnce][2];
                u64 asked[AtOnce];
                source.template load<kind>(tile, first, passing, values, asked);
#pragma unroll
                for (u32 i = 0; i < AtOnce; i++)
#pragma unroll
                    for (u32 r = 0; r < 2; r++) sorter.add(bits[r], values[i][r]);
                if constexpr (hasLevels)
                    if (sorter.counts) {
#pragma unroll
                        for (u32 i = 0; i < AtOnce; i++) {
                            if (isWhole && counted) asked[i] = warp_shuffle(passing, first + i);
#pragma unroll
                            for (u32 r = 0; r < 2; r++)
                                if (!counted || (asked[i] >> place_of<kind>(r) & 1) != 0) sorter.count(values[i][r]);
                        }
                    }
            }

            u64 word = step_word<kind>(transposed(bits[0]), transposed(bits[1]));
            written.put(tile * TileSteps + step, counted ? word & warp_shuffle(passing, step) : word);
        }
    }

    source.end_of_scan();
}
