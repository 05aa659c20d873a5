// A list of layers over a batch, in one launch: a block takes a few samples and runs every step for them, one after
// the other, with the activations between in memory of its own (they stay in the caches). No layer looks at another
// sample, so blocks never wait for each other, and a batch of one costs one launch as one of thousands does. Every
// value has one order of summation, whatever the batch and the tile.
// Defines: THREADS, LENGTH_MIN_BITS, OP_*, INPUT_*

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

// --- the list -------------------------------------------------------------------------------------------------------
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
    case OP_CAUSALATTENTION: return causal_attention(tile, step);
    case OP_LATEST: return latest(tile, step);
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
