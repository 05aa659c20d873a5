// Causal attention of a tile's sequences, a warp a query and head: a lane a key for scores and softmax, then a lane a
// value. Each warp has a column of `shares` for its own scores. And the latest row of each sequence.
// Defines: THREADS

// The places of a query: from its own, or the latest where the queries are a row a sample, to its sample's end.
DEVICE u32 first_place(const Tile& tile, const Step& step, u32 row, u32& end) {
    u32 firstPlace = tile.starts[tile.first], sample = row;
    if (step.isSequence)
        for (sample = 0; tile.starts[tile.first + sample + 1] - firstPlace <= row;) sample++;
    end = tile.starts[tile.first + sample + 1] - firstPlace;
    return step.isSequence ? row : tile.starts[tile.first + sample] - firstPlace;
}

// A warp's softmax over its column of the shares from `from` to `to`; not empty.
DEVICE void causal_shares(const Tile& tile, const Step& step, const float* query, u32 from, u32 to, u32 head) {
    const u32 width = step.inWidth / step.count, column = warp_id();
    float greatest = -float_from_bits(0x7f800000), sum = 0;
    for (u32 place = from + lane_id(); place < to; place += 32) {
        const float* key = row_of(tile, step.key, place) + head * width;
        float score = 0;
#pragma unroll 8
        for (u32 i = 0; i < width; i++) score = fused(query[i], key[i], score);
        score = score * step.factor;
        if (step.bias != nullptr)
            score += step.bias[(u64)head * step.distances + minimum(place - from, step.distances - 1)];
        row_of(tile, step.shares, place)[column] = score;
        greatest = score > greatest ? score : greatest;
    }

#pragma unroll
    for (u32 distance = 16; distance > 0; distance /= 2) {
        float other = warp_shuffle_xor(greatest, distance);
        greatest = other > greatest ? other : greatest;
    }

    for (u32 place = from + lane_id(); place < to; place += 32) {
        float* share = row_of(tile, step.shares, place) + column;
        *share = exponential(*share - greatest);
        sum += *share;
    }

    sum = warp_total(sum);
    for (u32 place = from + lane_id(); place < to; place += 32) {
        float* share = row_of(tile, step.shares, place) + column;
        *share = *share / sum;
    }
}

DEVICE void causal_attention(const Tile& tile, const Step& step) {
    const u32 heads = step.count, width = step.width / heads, column = warp_id();
    for (u32 pair = warp_id(); pair < row_count(tile, step) * heads; pair += Warps) {
        u32 row = pair / heads, head = pair % heads, to, from = first_place(tile, step, row, to);
        if (from < to)
            causal_shares(tile, step, row_of(tile, step.input, row) + head * (step.inWidth / heads), from, to, head);
        warp_sync();
        for (u32 i = lane_id(); i < width; i += 32) {
            float sum = 0;
#pragma unroll 8
            for (u32 place = from; place < to; place++)
                sum = fused(row_of(tile, step.shares, place)[column],
                    row_of(tile, step.value, place)[head * width + i], sum);
            row_of(tile, step.output, row)[head * width + i] = sum;
        }

        warp_sync();
    }
}

DEVICE void latest(const Tile& tile, const Step& step) {
    u32 firstPlace = tile.starts[tile.first];
    for (u32 e = thread_id(); e < tile.count * step.width; e += THREADS) {
        u32 sample = e / step.width, i = e % step.width;
        u32 from = tile.starts[tile.first + sample], to = tile.starts[tile.first + sample + 1];
        row_of(tile, step.output, sample)[i] = from < to ? row_of(tile, step.input, from - firstPlace)[i] : 0.0f;
    }
}
