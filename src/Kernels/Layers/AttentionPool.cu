// The attention pool of a tile's sequences: scores, their softmax, the weighted sums, with barriers in between.
// Defines: THREADS, HEADS_AT_ONCE

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
