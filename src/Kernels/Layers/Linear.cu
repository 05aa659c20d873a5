// A linear layer over a tile's rows, and the function of each value that may follow it. Two variants, one order of
// summation: chunks of CHUNK inputs are summed by fused adds from 0, and the chunks are added in order.
//   linear_few   up to ROWS_FEW rows: a warp's eighth sums a chunk for 32 units, chunks at the same time, so that the
//                weights come in as fast as an SM can load them; for single queries.
//   linear_many  tiles of 64 rows x 64 units, 4 x 4 a thread; for the places of histories and for many items.
// Defines: THREADS, CHUNK, ROWS_FEW, TILE, SHARED_FLOATS

constexpr u32 TileStride = CHUNK + 4; // of a row of inputs in shared memory: no two rows on one bank
static_assert(TILE == 64 && THREADS == 256 && CHUNK == 32, "4 x 4 values a thread, an eighth of a warp for 32 units");
static_assert(TILE * TileStride + CHUNK * TILE <= SHARED_FLOATS && 4 * 32 * CHUNK <= SHARED_FLOATS, "as C# counts it");

#if defined(LINR_EMULATOR)
struct alignas(16) F4 { float v[4]; };
#else
struct __align__(16) F4 { float v[4]; };
#endif

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
