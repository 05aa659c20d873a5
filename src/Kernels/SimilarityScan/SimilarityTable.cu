// Learned similarities on a device, and their logits as the processor computes them.
// Defines: ELEMENT_* (CudaElement), SIMILARITY_* (SimilarityKind), PAIRS_AT_ONCE, which is 8.

// CudaSimilarityTable in C#.
struct Similarity {
    const u8* rows[2];       // items' halves, [row][rowBytes]: vectors; of a mixture, its part of the gate too
    const float* inner;      // network: [hidden][width]; mixture: [pair][hidden, padded to 32]
    const float* innerBias;  // [hidden], padded
    const float* outer;      // network: [hidden]; mixture: [hidden][pair, padded to 32]
    const float* outerBias;  // network: one; mixture: [pair], padded
    u32* scored;             // [query]: how many rows got their whole logit, or null
    u32* gated;              // [query]: how many rows got the second estimate of a mixture, or null
    const u8* gate;          // a mixture's weights for that, or null: MixtureGate.Image in C#
    u32 rowBytes[2];
    u32 elements[2];
    u32 width;               // numbers of a vector
    u32 hidden;
    u32 queryComponents;
    u32 itemComponents;
    u32 queryFloats;         // of a query in Batch.originals
    u32 gateHidden;          // the hidden units of `gate`
};

DEVICE float at_least_zero(float v) { return v > 0.0f ? v : 0.0f; }
DEVICE float most(float a, float b) { return a > b ? a : b; }
DEVICE u32 padded32(u32 n) { return (n + 31) / 32 * 32; }

DEVICE float half_value(const u8* row, u32 element, u32 i) {
    if (element == ELEMENT_FLOAT32) return ((const float*)row)[i];
    u16 bits = ((const u16*)row)[i];
    return element == ELEMENT_FLOAT16 ? float_from_half(bits) : float_from_bfloat(bits);
}

// --- LaneMath in C# --------------------------------------------------------------------------------------------------
DEVICE float lane_exp(float x) {
    const float whole0 = 12582912.0f; // 1.5 * 2^23: adding it rounds to a whole number, to even where two are as near
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float whole = x * 1.44269504f;
    whole = (whole + whole0) - whole0;
    float rest = fused(whole, -0.693359375f, x);
    rest = fused(whole, 2.12194440e-4f, rest);
    float sum = 1.9875691500e-4f;
    sum = fused(sum, rest, 1.3981999507e-3f);
    sum = fused(sum, rest, 8.3334519073e-3f);
    sum = fused(sum, rest, 4.1665795894e-2f);
    sum = fused(sum, rest, 1.6666665459e-1f);
    sum = fused(sum, rest, 5.0000001201e-1f);
    sum = fused(sum, rest * rest, rest);
    return float_from_bits(float_bits(sum + 1.0f) + ((u32)(i32)whole << 23));
}

DEVICE float silu(float x) { return x / (lane_exp(-x) + 1.0f); }

// --- the network -----------------------------------------------------------------------------------------------------
#define HIDDEN_AT_ONCE 10u

// outer * relu(inner (u * v) + innerBias) + outerBias, of a query's half u and a row.
DEVICE float network_logit(const Similarity& of, const float* query, u32 row) {
    const u8* values = of.rows[0] + (u64)row * of.rowBytes[0];
    float logit = *of.outerBias;
#pragma unroll 1
    for (u32 m0 = 0; m0 < of.hidden; m0 += HIDDEN_AT_ONCE) {
        float sums[HIDDEN_AT_ONCE];
        u32 last = of.hidden - 1;
#pragma unroll
        for (u32 i = 0; i < HIDDEN_AT_ONCE; i++) sums[i] = of.innerBias[m0 + i < last ? m0 + i : last];
#pragma unroll 1
        for (u32 h = 0; h < of.width; h++) {
            float x = half_value(values, of.elements[0], h), q = query[h];
#pragma unroll
            for (u32 i = 0; i < HIDDEN_AT_ONCE; i++)
                sums[i] = fused(x, of.inner[(m0 + i < last ? m0 + i : last) * of.width + h] * q, sums[i]);
        }

#pragma unroll
        for (u32 i = 0; i < HIDDEN_AT_ONCE; i++)
            if (m0 + i < of.hidden) logit = fused(of.outer[m0 + i], at_least_zero(sums[i]), logit);
    }

    return logit + 0.0f;
}

// --- the mixture: eight pairs of a query and a row by a warp ---------------------------------------------------------
struct MixtureWeights { const float *inner, *innerBias, *outer, *outerBias; };

DEVICE u32 pairs_of(const Similarity& of) { return of.queryComponents * of.itemComponents; }

DEVICE u32 weight_floats(const Similarity& of) {
    u32 pairs = pairs_of(of), hidden = padded32(of.hidden);
    return (pairs + 1) * hidden + (of.hidden + 1) * padded32(pairs);
}

// A warp's: [pair][8] logits, [pair][8] gate, [hidden][8].
DEVICE u32 scratch_floats(const Similarity& of) { return (2 * pairs_of(of) + of.hidden) * PAIRS_AT_ONCE; }

// The weights, where there is room for them in shared memory there. All threads; a barrier follows.
DEVICE MixtureWeights load_weights(const Similarity& of, float* shared, bool isShared) {
    if (!isShared) return MixtureWeights{of.inner, of.innerBias, of.outer, of.outerBias};
    u32 pairs = pairs_of(of), hidden = padded32(of.hidden);
    float* innerBias = shared + pairs * hidden;
    float* outer = innerBias + hidden;
    float* outerBias = outer + of.hidden * padded32(pairs);
    for (u32 i = thread_id(); i < pairs * hidden; i += block_threads()) shared[i] = of.inner[i];
    for (u32 i = thread_id(); i < hidden; i += block_threads()) innerBias[i] = of.innerBias[i];
    for (u32 i = thread_id(); i < of.hidden * padded32(pairs); i += block_threads()) outer[i] = of.outer[i];
    for (u32 i = thread_id(); i < padded32(pairs); i += block_threads()) outerBias[i] = of.outerBias[i];
    return MixtureWeights{shared, innerBias, outer, outerBias};
}

// Four numbers of a row, the last ones of which may be the zeros behind it.
DEVICE void load_four(float (&x)[4], const u8* row, u32 element, u32 at) {
    if (element == ELEMENT_FLOAT32) {
        const float* from = (const float*)row + at;
#pragma unroll
        for (u32 i = 0; i < 4; i++) x[i] = from[i];
        return;
    }

    u64 bits = *(const u64*)((const u16*)row + at);
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
        u16 one = (u16)(bits >> (16 * i));
        x[i] = element == ELEMENT_FLOAT16 ? float_from_half(one) : float_from_bfloat(one);
    }
}

// The numbers in 16 bytes of a row.
template <u32 element> DEVICE void load_piece(float (&x)[element == ELEMENT_FLOAT32 ? 4 : 8], const u8* from) {
    U4 bits = *(const U4*)from;
    u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
    for (u32 i = 0; i < (element == ELEMENT_FLOAT32 ? 4 : 8); i++) {
        u16 half = (u16)(words[i / 2] >> (16 * (i & 1)));
        x[i] = element == ELEMENT_FLOAT32 ? float_from_bits(words[i & 3])
            : element == ELEMENT_FLOAT16 ? float_from_half(half) : float_from_bfloat(half);
    }
}

// As many numbers of a query, by 16 bytes where these are aligned.
template <u32 count> DEVICE void load_numbers(float (&q)[count], const float* from, bool isAligned) {
#pragma unroll
    for (u32 i = 0; i < count; i += 4) {
        if (isAligned) {
            U4 four = *(const U4*)(from + i);
            q[i] = float_from_bits(four.x);
            q[i + 1] = float_from_bits(four.y);
            q[i + 2] = float_from_bits(four.z);
            q[i + 3] = float_from_bits(four.w);
        } else {
#pragma unroll
            for (u32 j = 0; j < 4; j++) q[i + j] = from[i + j];
        }
    }
}

// As write_logits, of vectors that are whole pieces; all eight pairs have one query, or each its own.
template <u32 element, bool isOne>
DEVICE void write_logits_by_pieces(const Similarity& of, const float* queries, u32 query, u32 row, float* logits) {
    constexpr u32 Numbers = element == ELEMENT_FLOAT32 ? 4 : 8;
    u32 pairs = pairs_of(of);
    bool isAligned = of.queryFloats % 4 == 0;
    for (u32 base = 0; base < pairs; base += 32) {
        u32 pair = base + lane_id() < pairs ? base + lane_id() : pairs - 1;
        u32 own = pair / of.itemComponents, other = pair - own * of.itemComponents;
        float sums[PAIRS_AT_ONCE];
        const u8* from[PAIRS_AT_ONCE];
        const float* numbers[PAIRS_AT_ONCE];
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
            sums[r] = 0;
            from[r] = of.rows[0] + (u64)warp_shuffle(row, r) * of.rowBytes[0] + other * of.width * (16 / Numbers);
            numbers[r] = queries + (u64)warp_shuffle(query, r) * of.queryFloats + own * of.width;
        }

#pragma unroll 1
        for (u32 d = 0; d < of.width; d += Numbers) {
            float q[Numbers];
            if (isOne) load_numbers(q, numbers[0] + d, isAligned);
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
                if (!isOne) load_numbers(q, numbers[r] + d, isAligned);
                float x[Numbers];
                load_piece<element>(x, from[r]);
                from[r] += 16;
#pragma unroll
                for (u32 i = 0; i < Numbers; i++) sums[r] = fused(x[i], q[i], sums[r]);
            }
        }

        if (base + lane_id() < pairs)
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++) logits[pair * PAIRS_AT_ONCE + r] = sums[r];
    }

    warp_sync();
}

template <u32 element>
DEVICE void write_logits_by_pieces(const Similarity& of, const float* queries, u32 query, u32 row, float* logits) {
    u32 others = warp_ballot(query != warp_shuffle(query, 0));
    if (others == 0) write_logits_by_pieces<element, true>(of, queries, query, row, logits);
    else write_logits_by_pieces<element, false>(of, queries, query, row, logits);
}

// The pairs' logits, [pair][8]: a lane has a pair of all eight rows.
DEVICE void write_logits(const Similarity& of, const float* queries, u32 query, u32 row, float* logits) {
    if (of.width * (of.elements[0] == ELEMENT_FLOAT32 ? 4 : 2) % 16 == 0) {
        u32 element = of.elements[0];
        if (element == ELEMENT_FLOAT16) write_logits_by_pieces<ELEMENT_FLOAT16>(of, queries, query, row, logits);
        else if (element == ELEMENT_BFLOAT16) write_logits_by_pieces<ELEMENT_BFLOAT16>(of, queries, query, row, logits);
        else write_logits_by_pieces<ELEMENT_FLOAT32>(of, queries, query, row, logits);
        return;
    }

    u32 pairs = pairs_of(of), queriesOf[PAIRS_AT_ONCE], rowsOf[PAIRS_AT_ONCE];
#pragma unroll
    for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
        queriesOf[r] = warp_shuffle(query, r);
        rowsOf[r] = warp_shuffle(row, r);
    }

    for (u32 base = 0; base < pairs; base += 32) {
        u32 pair = base + lane_id() < pairs ? base + lane_id() : pairs - 1;
        u32 own = pair / of.itemComponents, other = pair - own * of.itemComponents;
        float sums[PAIRS_AT_ONCE];
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r++) sums[r] = 0;
#pragma unroll 1
        for (u32 d = 0; d < of.width; d += 4) {
            float q[4] = {0, 0, 0, 0};
            u32 before = ~0u;
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
                if (queriesOf[r] != before) {
                    before = queriesOf[r];
                    const float* from = queries + (u64)before * of.queryFloats + own * of.width + d;
#pragma unroll
                    for (u32 i = 0; i < 4; i++) q[i] = from[i];
                }

                float x[4];
                load_four(x, of.rows[0] + (u64)rowsOf[r] * of.rowBytes[0], of.elements[0], other * of.width + d);
#pragma unroll
                for (u32 i = 0; i < 4; i++)
                    if (d + i < of.width) sums[r] = fused(x[i], q[i], sums[r]);
            }
        }

        if (base + lane_id() < pairs)
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++) logits[pair * PAIRS_AT_ONCE + r] = sums[r];
    }

    warp_sync();
}

// Of lanes' columns, each 32 on from the last: sums[column][8] += in[depth][8] * weights[depth][columns, padded to 32].
template <u32 columns>
DEVICE void add_layer(float (&sums)[columns][PAIRS_AT_ONCE], const float* weights, u32 depth, u32 padded,
                      const float* in) {
    u32 from = shared_address(in);
#pragma unroll 4
    for (u32 d = 0; d < depth; d++) {
        float x[PAIRS_AT_ONCE], w[columns];
#pragma unroll
        for (u32 c = 0; c < columns; c++) w[c] = weights[32 * c];
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r += 4) {
            U4 four = load_shared16(from + r * 4);
            x[r] = float_from_bits(four.x);
            x[r + 1] = float_from_bits(four.y);
            x[r + 2] = float_from_bits(four.z);
            x[r + 3] = float_from_bits(four.w);
        }

#pragma unroll
        for (u32 c = 0; c < columns; c++)
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++) sums[c][r] = fused(x[r], w[c], sums[c][r]);
        weights += padded;
        from += PAIRS_AT_ONCE * 4;
    }
}

// out[column][8] = bias + in[depth][8] * weights[depth][count, padded to 32], through SiLU or not, of a lane's columns.
template <bool isHidden, u32 columns>
DEVICE void write_columns(const float* weights, const float* bias, u32 first, u32 depth, u32 count, const float* in,
                          float* out) {
    float sums[columns][PAIRS_AT_ONCE];
#pragma unroll
    for (u32 c = 0; c < columns; c++)
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r++) sums[c][r] = bias[first + 32 * c];
    add_layer(sums, weights + first, depth, padded32(count), in);
#pragma unroll
    for (u32 c = 0; c < columns; c++)
        if (first + 32 * c < count)
#pragma unroll
            for (u32 r = 0; r < PAIRS_AT_ONCE; r++)
                out[(first + 32 * c) * PAIRS_AT_ONCE + r] = isHidden ? silu(sums[c][r]) : sums[c][r];
}

template <bool isHidden>
DEVICE void write_layer(const float* weights, const float* bias, u32 depth, u32 count, const float* in, float* out) {
    u32 padded = padded32(count), first = lane_id();
    for (; first + 32 < padded; first += 64) write_columns<isHidden, 2>(weights, bias, first, depth, count, in, out);
    if (first < padded) write_columns<isHidden, 1>(weights, bias, first, depth, count, in, out);
    warp_sync();
}

// The gate's shares of all pairs before they are divided by their sum, [pair][8].
DEVICE void write_shares(const Similarity& of, const float* queries, u32 query, u32 row, float* gate) {
    u32 pairs = pairs_of(of), parts = of.queryComponents * of.width;
    for (u32 pair = lane_id(); pair < padded32(pairs); pair += 32)
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
            u32 ofQuery = warp_shuffle(query, r), ofRow = warp_shuffle(row, r);
            if (pair >= pairs) continue;
            float own = queries[(u64)ofQuery * of.queryFloats + parts + pair];
            float item = half_value(of.rows[1] + (u64)ofRow * of.rowBytes[1], of.elements[1], pair);
            float& value = gate[pair * PAIRS_AT_ONCE + r];
            value = fused(own, item, value);
        }

    warp_sync();
    float largest = float_from_bits(0xff800000u);
    for (u32 pair = lane_id() / PAIRS_AT_ONCE; pair < pairs; pair += 32 / PAIRS_AT_ONCE)
        largest = most(largest, gate[pair * PAIRS_AT_ONCE + lane_id() % PAIRS_AT_ONCE]);
    largest = most(largest, warp_shuffle_xor(largest, 8));
    largest = most(largest, warp_shuffle_xor(largest, 16));
    for (u32 pair = lane_id(); pair < padded32(pairs); pair += 32)
#pragma unroll
        for (u32 r = 0; r < PAIRS_AT_ONCE; r++) {
            float below = warp_shuffle(largest, r);
            if (pair >= pairs) continue;
            float& value = gate[pair * PAIRS_AT_ONCE + r];
            value = lane_exp(value - below);
        }

    warp_sync();
}

// The logits of eight pairs, which lanes 0 to 7 name (and others again) and get. All lanes. Called from many places.
DEVICE_CALL float mixture_logits(const Similarity* at, MixtureWeights weights, float* scratch, const float* queries,
                                 u32 query, u32 row) {
    const Similarity of = *at;
    u32 pairs = pairs_of(of), r = lane_id() % PAIRS_AT_ONCE;
    float* gate = scratch + pairs * PAIRS_AT_ONCE;
    float* hidden = gate + pairs * PAIRS_AT_ONCE;
    warp_sync();
    write_logits(of, queries, query, row, scratch);
    write_layer<true>(weights.inner, weights.innerBias, pairs, of.hidden, scratch, hidden);
    write_layer<false>(weights.outer, weights.outerBias, of.hidden, pairs, hidden, gate);
    write_shares(of, queries, query, row, gate);
    float shares = 0, mixed = 0;
#pragma unroll 4
    for (u32 pair = 0; pair < pairs; pair++) {
        float share = gate[pair * PAIRS_AT_ONCE + r];
        shares = shares + share;
        mixed = fused(share, scratch[pair * PAIRS_AT_ONCE + r], mixed);
    }

    return mixed / shares + 0.0f;
}
