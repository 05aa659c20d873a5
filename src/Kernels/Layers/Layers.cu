// A list of layers over a batch, in one launch: a block takes a few samples and runs every step for them, one after
// the other, with the activations between in memory of its own (they stay in the caches). No layer looks at another
// sample, so blocks never wait for each other, and a batch of one costs one launch as one of thousands does.
//
// Every output has one order of summation, whatever the batch and the tile: a linear layer sums chunks of CHUNK inputs
// by fused adds from 0 and adds the chunks in order. Two variants do that:
//   linear_few   up to ROWS_FEW rows: a warp's eighth sums a chunk for 32 units, chunks at the same time, so that the
//                weights come in as fast as an SM can load them; for single queries.
//   linear_many  tiles of 64 rows x 64 units, 4 x 4 a thread; for the places of histories and for many items.
// exp, erf and tanh are polynomials, so that the emulator gives the same bits.
// Defines: THREADS, CHUNK, ROWS_FEW, TILE, SHARED_FLOATS, HEADS_AT_ONCE, LENGTH_MIN_BITS, OP_*, INPUT_*, ERF_*

constexpr u32 Warps = THREADS / 32;
constexpr u32 LoadsInFlight = 8; // of a thread
constexpr u32 TileStride = CHUNK + 4; // of a row of inputs in shared memory: no two rows on one bank
static_assert(TILE == 64 && THREADS == 256 && CHUNK == 32, "4 x 4 values a thread, an eighth of a warp for 32 units");
static_assert(TILE * TileStride + CHUNK * TILE <= SHARED_FLOATS && 4 * 32 * CHUNK <= SHARED_FLOATS, "as C# counts it");

#if defined(LINR_EMULATOR)
struct alignas(16) F4 { float v[4]; };
#else
struct __align__(16) F4 { float v[4]; };
#endif

// Where a layer's output is: at offset * samples of a tile + row * stride + column of the tile's memory.
struct View { u32 offset, column, stride; };

// CudaLayerStep in C#.
struct Step {
    const float* weight; // linear: [in][out to a multiple of 4]; else as the layer has it
    const float* bias;   // or null
    double epsilon;
    float factor;
    u32 op;
    u32 curve;      // linear: what is done to each output; OP_LINEAR is nothing
    u32 isSequence; // rows are places, not samples
    u32 width;      // of the output
    u32 inWidth;
    u32 source;     // which source's bags or values
    u32 count;      // position: rows of the weight; attention pool: heads
    View input, output, shares;
    u32 unused;
};

struct Tile {
    const u32* inputs;
    float* memory;
    u32 samplesMax;   // of any tile
    u32 first, count; // samples
    const u32* starts; // of the samples' places; null where there are no sequences
};

DEVICE u32 minimum(u32 a, u32 b) { return a < b ? a : b; }
DEVICE u32 first_row(const Tile& tile, const Step& step) {
    return step.isSequence ? tile.starts[tile.first] : tile.first;
}
DEVICE u32 row_count(const Tile& tile, const Step& step) {
    return step.isSequence ? tile.starts[tile.first + tile.count] - tile.starts[tile.first] : tile.count;
}
DEVICE float* row_of(const Tile& tile, const View& view, u32 row) {
    return tile.memory + (u64)view.offset * tile.samplesMax + (u64)row * view.stride + view.column;
}
DEVICE const u32* source_starts(const Tile& tile, const Step& step) {
    return tile.inputs + tile.inputs[INPUT_SOURCES + 2 * step.source];
}
DEVICE const u32* source_data(const Tile& tile, const Step& step) {
    return tile.inputs + tile.inputs[INPUT_SOURCES + 2 * step.source + 1];
}

// In every lane; the order depends on nothing.
template <class T> DEVICE T warp_total(T v) {
#pragma unroll
    for (u32 distance = 16; distance > 0; distance /= 2) v = v + warp_shuffle_xor(v, distance);
    return v;
}

// --- functions of one value ------------------------------------------------------------------------------------------
// 2^n (1 + r + r^2 p(r)), |r| <= ln 2 / 2; within 2 units in the last place, between exp(-87) and exp(88).
DEVICE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    const float round = 12582912.0f; // 1.5 * 2^23: what is added to it loses its fraction
    float n = fused(x, 1.44269504f, round) - round;
    float r = fused(n, 2.12194440e-4f, fused(n, -0.693359375f, x));
    float p = 1.98756915e-4f;
    p = fused(p, r, 1.39819995e-3f);
    p = fused(p, r, 8.33345191e-3f);
    p = fused(p, r, 4.16657959e-2f);
    p = fused(p, r, 1.66666657e-1f);
    p = fused(p, r, 0.5f);
    return (fused(p, r * r, r) + 1.0f) * float_from_bits((u32)((i32)n + 127) << 23);
}

DEVICE float error_function(float x) {
    x = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x;
    const u32 over[] = {ERF_OVER_0, ERF_OVER_1, ERF_OVER_2, ERF_OVER_3, ERF_OVER_4, ERF_OVER_5, ERF_OVER_6};
    const u32 under[] = {ERF_UNDER_0, ERF_UNDER_1, ERF_UNDER_2, ERF_UNDER_3, ERF_UNDER_4};
    float square = x * x, p = 0, q = 0;
#pragma unroll
    for (u32 i = 0; i < 7; i++) p = fused(p, square, float_from_bits(over[i]));
#pragma unroll
    for (u32 i = 0; i < 5; i++) q = fused(q, square, float_from_bits(under[i]));
    return x * p / q;
}

DEVICE float hyperbolic_tangent(float x) {
    float e = exponential(x < 0 ? x + x : -x - x), size = (1.0f - e) / (1.0f + e);
    return x < 0 ? -size : size;
}

DEVICE float apply(u32 curve, float factor, float x) {
    switch (curve) {
    case OP_RELU: return x > 0 ? x : 0;
    case OP_GELU: return fused(0.5f * x, error_function(x * 0.70710678f), 0.5f * x);
    case OP_SILU: return x / (1.0f + exponential(-x));
    case OP_TANH: return hyperbolic_tangent(x);
    case OP_SCALE: return x * factor;
    default: return x;
    }
}

// --- sources and what is done value by value -------------------------------------------------------------------------
// Bag by bag the codes' rows are added in order, a thread for each value of the mean.
DEVICE void bag(const Tile& tile, const Step& step) {
    const u32 *starts = source_starts(tile, step), *codes = source_data(tile, step);
    u32 rows = row_count(tile, step), first = first_row(tile, step), width = step.width;
    for (u32 e = thread_id(); e < rows * width; e += THREADS) {
        u32 row = e / width, i = e % width, at = starts[first + row], end = starts[first + row + 1], count = end - at;
        float sum = 0;
        for (; at + LoadsInFlight <= end; at += LoadsInFlight) {
            float x[LoadsInFlight];
#pragma unroll
            for (u32 u = 0; u < LoadsInFlight; u++) x[u] = step.weight[(u64)codes[at + u] * width + i];
#pragma unroll
            for (u32 u = 0; u < LoadsInFlight; u++) sum += x[u];
        }

        for (; at < end; at++) sum += step.weight[(u64)codes[at] * width + i];
        row_of(tile, step.output, row)[i] = count > 1 ? sum / (float)count : sum;
    }
}

DEVICE void values(const Tile& tile, const Step& step) {
    const u32* data = source_data(tile, step) + (u64)first_row(tile, step) * step.width;
    for (u32 e = thread_id(); e < row_count(tile, step) * step.width; e += THREADS)
        row_of(tile, step.output, e / step.width)[e % step.width] = float_from_bits(data[e]);
}

// One input into its columns of the output, or added to them.
template <bool add> DEVICE void copy(const Tile& tile, const Step& step) {
    for (u32 e = thread_id(); e < row_count(tile, step) * step.inWidth; e += THREADS) {
        u32 row = e / step.inWidth, i = e % step.inWidth;
        float* to = row_of(tile, step.output, row) + i;
        *to = row_of(tile, step.input, row)[i] + (add ? *to : 0.0f);
    }
}

DEVICE void curve(const Tile& tile, const Step& step) {
    for (u32 e = thread_id(); e < row_count(tile, step) * step.width; e += THREADS) {
        float* x = row_of(tile, step.output, e / step.width) + e % step.width;
        *x = apply(step.op, step.factor, *x);
    }
}

DEVICE void position(const Tile& tile, const Step& step) {
    u32 firstPlace = tile.starts[tile.first];
    for (u32 sample = tile.first; sample < tile.first + tile.count; sample++) {
        u32 start = tile.starts[sample], places = tile.starts[sample + 1] - start;
        for (u32 e = thread_id(); e < places * step.width; e += THREADS) {
            u32 place = e / step.width, i = e % step.width, chosen = minimum(place, step.count - 1);
            row_of(tile, step.output, start - firstPlace + place)[i] += step.weight[(u64)chosen * step.width + i];
        }
    }
}

// --- norms: a warp a row, sums in float64 ----------------------------------------------------------------------------
DEVICE void layer_norm(const Tile& tile, const Step& step) {
    for (u32 row = warp_id(); row < row_count(tile, step); row += Warps) {
        float* x = row_of(tile, step.output, row);
        double sum = 0, squares = 0;
        for (u32 i = lane_id(); i < step.width; i += 32) sum += x[i];
        double mean = divide(warp_total(sum), (double)step.width);
        for (u32 i = lane_id(); i < step.width; i += 32) squares += (x[i] - mean) * (x[i] - mean);
        double variance = divide(warp_total(squares), (double)step.width);
        double scale = divide(1.0, square_root(variance + step.epsilon));
        for (u32 i = lane_id(); i < step.width; i += 32)
            x[i] = (float)((x[i] - mean) * scale * step.weight[i] + step.bias[i]);
    }
}

DEVICE void l2_normalise(const Tile& tile, const Step& step) {
    const double least = float_from_bits(LENGTH_MIN_BITS);
    for (u32 row = warp_id(); row < row_count(tile, step); row += Warps) {
        float* x = row_of(tile, step.output, row);
        double squares = 0;
        for (u32 i = lane_id(); i < step.width; i += 32) squares += (double)x[i] * x[i];
        double length = square_root(warp_total(squares)), scale = divide(1.0, length < least ? least : length);
        for (u32 i = lane_id(); i < step.width; i += 32) x[i] = (float)(x[i] * scale);
    }
}

// --- attention pool --------------------------------------------------------------------------------------------------
// shares[place][head] = query[head] . x[place] * factor, a warp a place.
DEVICE void attention_scores(const Tile& tile, const Step& step, u32 places) {
    u32 width = step.inWidth, heads = step.count;
    for (u32 place = warp_id(); place < places; place += Warps) {
        const float* x = row_of(tile, step.input, place);
        for (u32 head = 0; head < heads; head += HEADS_AT_ONCE) {
            float sums[HEADS_AT_ONCE] = {};
            for (u32 i = lane_id(); i < width; i += 32) {
                float value = x[i];
#pragma unroll
                for (u32 h = 0; h < HEADS_AT_ONCE; h++)
                    sums[h] = fused(step.weight[(u64)minimum(head + h, heads - 1) * width + i], value, sums[h]);
            }

#pragma unroll
            for (u32 h = 0; h < HEADS_AT_ONCE; h++) {
                float score = warp_total(sums[h]) * step.factor;
                if (lane_id() == 0 && head + h < heads) row_of(tile, step.shares, place)[head + h] = score;
            }
        }
    }
}

// The softmax of one sample's scores by one head, in place, a warp each.
DEVICE void attention_shares(const Tile& tile, const Step& step, u32 from, u32 to, u32 head) {
    float greatest = -float_from_bits(0x7f800000), sum = 0;
    for (u32 place = from + lane_id(); place < to; place += 32) {
        float score = row_of(tile, step.shares, place)[head];
        greatest = score > greatest ? score : greatest;
    }

#pragma unroll
    for (u32 distance = 16; distance > 0; distance /= 2) {
        float other = warp_shuffle_xor(greatest, distance);
        greatest = other > greatest ? other : greatest;
    }

    for (u32 place = from + lane_id(); place < to; place += 32) {
        float* share = row_of(tile, step.shares, place) + head;
        *share = exponential(*share - greatest);
        sum += *share;
    }

    sum = warp_total(sum);
    for (u32 place = from + lane_id(); place < to; place += 32) {
        float* share = row_of(tile, step.shares, place) + head;
        *share = *share / sum;
    }
}

DEVICE void attention_pool(const Tile& tile, const Step& step) {
    u32 firstPlace = tile.starts[tile.first], heads = step.count, width = step.inWidth;
    attention_scores(tile, step, tile.starts[tile.first + tile.count] - firstPlace);
    block_sync();
    for (u32 pair = warp_id(); pair < tile.count * heads; pair += Warps) {
        const u32* starts = tile.starts + tile.first + pair / heads;
        attention_shares(tile, step, starts[0] - firstPlace, starts[1] - firstPlace, pair % heads);
    }

    block_sync();
    for (u32 e = thread_id(); e < tile.count * heads * width; e += THREADS) {
        u32 sample = e / (heads * width), head = e / width % heads, i = e % width;
        const u32* starts = tile.starts + tile.first + sample;
        u32 from = starts[0] - firstPlace, to = starts[1] - firstPlace;
        float sum = 0;
#pragma unroll 8
        for (u32 place = from; place < to; place++)
            sum = fused(row_of(tile, step.shares, place)[head], row_of(tile, step.input, place)[i], sum);
        row_of(tile, step.output, sample)[head * width + i] = sum;
    }
}

// --- linear ----------------------------------------------------------------------------------------------------------
DEVICE void write_unit(const Tile& tile, const Step& step, u32 row, u32 unit, float sum) {
    float y = step.bias != nullptr ? sum + step.bias[unit] : sum;
    row_of(tile, step.output, row)[unit] = apply(step.curve, step.factor, y);
}

// The chunk [from, to) of `rows` rows from firstRow for four units; rows past the last are the last one again.
template <u32 rows> DEVICE void sum_chunk(
    F4 (&sums)[rows], const float* const (&x)[rows], const float* weight, u32 stride, u32 from, u32 to) {
    u32 k = from;
    for (; k + LoadsInFlight <= to; k += LoadsInFlight) {
        F4 w[LoadsInFlight];
        float values[rows][LoadsInFlight];
#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++) w[u] = *(const F4*)(weight + (u64)(k + u) * stride);
#pragma unroll
        for (u32 r = 0; r < rows; r++)
#pragma unroll
            for (u32 u = 0; u < LoadsInFlight; u++) values[r][u] = x[r][k + u];
#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++)
#pragma unroll
            for (u32 r = 0; r < rows; r++)
#pragma unroll
                for (u32 j = 0; j < 4; j++) sums[r].v[j] = fused(values[r][u], w[u].v[j], sums[r].v[j]);
    }

    for (; k < to; k++) {
        F4 w = *(const F4*)(weight + (u64)k * stride);
#pragma unroll
        for (u32 r = 0; r < rows; r++)
#pragma unroll
            for (u32 j = 0; j < 4; j++) sums[r].v[j] = fused(x[r][k], w.v[j], sums[r].v[j]);
    }
}

// `rows` rows from firstRow: eighths of warps take (chunk, 32 units); then a thread adds the chunks of a value.
template <u32 rows> DEVICE void linear_few(const Tile& tile, const Step& step, float* partial, u32 firstRow) {
    const u32 groups = step.width > 64 ? 4 : step.width > 32 ? 2 : 1, panel = 32 * groups, chunksAtOnce = 32 / groups;
    const u32 stride = (step.width + 3) / 4 * 4, last = row_count(tile, step) - 1;
    const u32 chunk = thread_id() / 8 / groups, unit = (thread_id() / 8 % groups * 8 + thread_id() % 8) * 4;
    constexpr u32 SumsOfThread = (rows * 128 + THREADS - 1) / THREADS;
    const float* x[rows];
#pragma unroll
    for (u32 r = 0; r < rows; r++) x[r] = row_of(tile, step.input, minimum(firstRow + r, last));
    for (u32 firstUnit = 0; firstUnit < step.width; firstUnit += panel) {
        float totals[SumsOfThread] = {};
        for (u32 k = 0; k < step.inWidth; k += chunksAtOnce * CHUNK) {
            F4 sums[rows] = {};
            if (firstUnit + unit < stride)
                sum_chunk(sums, x, step.weight + firstUnit + unit, stride, minimum(k + chunk * CHUNK, step.inWidth),
                    minimum(k + (chunk + 1) * CHUNK, step.inWidth));
#pragma unroll
            for (u32 r = 0; r < rows; r++) *(F4*)(partial + (chunk * rows + r) * panel + unit) = sums[r];
            block_sync();
            u32 chunks = minimum(chunksAtOnce, (step.inWidth - k + CHUNK - 1) / CHUNK);
#pragma unroll
            for (u32 s = 0; s < SumsOfThread; s++)
                if (thread_id() + s * THREADS < rows * panel)
                    for (u32 c = 0; c < chunks; c++) totals[s] += partial[c * rows * panel + thread_id() + s * THREADS];
            block_sync();
        }

#pragma unroll
        for (u32 s = 0; s < SumsOfThread; s++) {
            u32 at = thread_id() + s * THREADS, row = firstRow + at / panel, own = firstUnit + at % panel;
            if (at < rows * panel && row <= last && own < step.width) write_unit(tile, step, row, own, totals[s]);
        }
    }
}

// The inputs and weights of one chunk on their way to shared memory, as far as one thread brings them.
struct Chunk { float x[TILE * CHUNK / THREADS]; F4 w[TILE * CHUNK / 4 / THREADS]; };

DEVICE void load_chunk(Chunk& chunk, const Tile& tile, const Step& step, u32 rows, u32 firstRow, u32 firstUnit, u32 k) {
    const u32 stride = (step.width + 3) / 4 * 4, column = k + thread_id() % CHUNK;
#pragma unroll
    for (u32 j = 0; j < TILE * CHUNK / THREADS; j++) {
        u32 row = firstRow + thread_id() / CHUNK + j * (THREADS / CHUNK);
        chunk.x[j] = row < rows && column < step.inWidth ? row_of(tile, step.input, row)[column] : 0.0f;
    }

#pragma unroll
    for (u32 j = 0; j < TILE * CHUNK / 4 / THREADS; j++) {
        u32 at = thread_id() + j * THREADS, in = k + at / (TILE / 4), unit = firstUnit + at % (TILE / 4) * 4;
        chunk.w[j] = F4{};
        if (in < step.inWidth && unit < stride) chunk.w[j] = *(const F4*)(step.weight + (u64)in * stride + unit);
    }
}

DEVICE void store_chunk(const Chunk& chunk, float* x, float* w) {
#pragma unroll
    for (u32 j = 0; j < TILE * CHUNK / THREADS; j++)
        x[(thread_id() / CHUNK + j * (THREADS / CHUNK)) * TileStride + thread_id() % CHUNK] = chunk.x[j];
#pragma unroll
    for (u32 j = 0; j < TILE * CHUNK / 4 / THREADS; j++) *(F4*)(w + (thread_id() + j * THREADS) * 4) = chunk.w[j];
}

// totals[4 rows][4 units] of a thread += the chunk's sums.
DEVICE void add_chunk(float (&totals)[4][4], const float* x, const float* w) {
    const u32 row = thread_id() / 16 * 4, unit = thread_id() % 16 * 4;
    float sums[4][4] = {};
#pragma unroll
    for (u32 k = 0; k < CHUNK; k += 4) {
        F4 values[4], weights[4];
#pragma unroll
        for (u32 r = 0; r < 4; r++) values[r] = *(const F4*)(x + (row + r) * TileStride + k);
#pragma unroll
        for (u32 i = 0; i < 4; i++) weights[i] = *(const F4*)(w + (k + i) * TILE + unit);
#pragma unroll
        for (u32 i = 0; i < 4; i++)
#pragma unroll
            for (u32 r = 0; r < 4; r++)
#pragma unroll
                for (u32 u = 0; u < 4; u++) sums[r][u] = fused(values[r].v[i], weights[i].v[u], sums[r][u]);
    }

#pragma unroll
    for (u32 r = 0; r < 4; r++)
#pragma unroll
        for (u32 u = 0; u < 4; u++) totals[r][u] += sums[r][u];
}

DEVICE void linear_many(const Tile& tile, const Step& step, float* shared, u32 firstRow, u32 firstUnit) {
    const u32 rows = row_count(tile, step);
    float *x = shared, *w = shared + TILE * TileStride, totals[4][4] = {};
    Chunk next;
    load_chunk(next, tile, step, rows, firstRow, firstUnit, 0);
    for (u32 k = 0; k < step.inWidth; k += CHUNK) {
        block_sync();
        store_chunk(next, x, w);
        block_sync();
        if (k + CHUNK < step.inWidth) load_chunk(next, tile, step, rows, firstRow, firstUnit, k + CHUNK);
        add_chunk(totals, x, w);
    }

    // By way of shared memory, so that a row's units are written together and the curves stand in the code once.
    block_sync();
#pragma unroll
    for (u32 r = 0; r < 4; r++) {
        F4 sums = {totals[r][0], totals[r][1], totals[r][2], totals[r][3]};
        *(F4*)(shared + (thread_id() / 16 * 4 + r) * TILE + thread_id() % 16 * 4) = sums;
    }

    block_sync();
    for (u32 e = thread_id(); e < TILE * TILE; e += THREADS) {
        u32 row = firstRow + e / TILE, unit = firstUnit + e % TILE;
        if (row < rows && unit < step.width) write_unit(tile, step, row, unit, shared[e]);
    }
}

DEVICE void linear(const Tile& tile, const Step& step, float* shared) {
    u32 rows = row_count(tile, step);
    if (rows == 0) return;
    if (rows == 1) return linear_few<1>(tile, step, shared, 0);
    if (rows == 2) return linear_few<2>(tile, step, shared, 0);
    if (rows <= ROWS_FEW) {
        for (u32 row = 0; row < rows; row += 4) linear_few<4>(tile, step, shared, row);
        return;
    }

    for (u32 row = 0; row < rows; row += TILE)
        for (u32 unit = 0; unit < step.width; unit += TILE) linear_many(tile, step, shared, row, unit);
}

DEVICE void run_step(const Tile& tile, const Step& step, float* shared) {
    switch (step.op) {
    case OP_VALUES: return values(tile, step);
    case OP_BAG: return bag(tile, step);
    case OP_LINEAR: return linear(tile, step, shared);
    case OP_LAYERNORM: return layer_norm(tile, step);
    case OP_L2NORMALISE: return l2_normalise(tile, step);
    case OP_CONCAT: return copy<false>(tile, step);
    case OP_ADD: return copy<true>(tile, step);
    case OP_POSITION: return position(tile, step);
    case OP_ATTENTIONPOOL: return attention_pool(tile, step);
    default: return curve(tile, step);
    }
}

// The output of every sample: steps[stepCount], which is not run, says where the steps leave it. inputs: samples,
// samples a tile, where the starts of places are (0: none), then for each source where its starts and its codes or
// values are, all as places in `inputs`; scratch: sampleFloats for each sample of a tile, for each block.
KERNEL(layers_run, (THREADS, 2), const Step* steps, u32 stepCount, u32 sampleFloats, const u32* inputs, float* scratch,
       float* embeddings) {
    SHARED_BYTES(shared);
    Tile tile;
    tile.inputs = inputs;
    tile.samplesMax = inputs[INPUT_TILE];
    tile.memory = scratch + (u64)block_id() * tile.samplesMax * sampleFloats;
    tile.starts = inputs[INPUT_PLACES] == 0 ? nullptr : inputs + inputs[INPUT_PLACES];
    u32 samples = inputs[INPUT_SAMPLES];
    for (u32 first = block_id() * tile.samplesMax; first < samples; first += grid_blocks() * tile.samplesMax) {
        tile.first = first;
        tile.count = minimum(tile.samplesMax, samples - first);
        for (u32 s = 0; s < stepCount; s++) {
            const Step step = steps[s]; // a copy: no store to the activations can change it
            run_step(tile, step, (float*)shared);
            block_sync();
        }

        const Step last = steps[stepCount];
        for (u32 e = thread_id(); e < tile.count * last.width; e += THREADS)
            embeddings[(u64)first * last.width + e] = row_of(tile, last.output, e / last.width)[e % last.width];
        block_sync();
    }
}
