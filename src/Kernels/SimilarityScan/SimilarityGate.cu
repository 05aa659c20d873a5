// The second estimate of a mixture of logits, on the tensor cores: the gate's network in halves from logits that are
// halves too, and how far the mixture it gives may be from the canonical one (docs/cuda-scan.md proves the bound).
//
// Sixteen pairs of a query and a row at a time. Logits lie by position, component * ITEM_POSITIONS + item component; a
// lane has eight neighbouring ones of rows l / 4 and l / 4 + 8, which are its part of the products' operands and of
// their sums: weights are put into an order that makes it so (MixtureGate in C#). Nothing passes between lanes but sums.
// Defines: those of SimilarityTable.cu.

#define GATE_POSITIONS 32u
#define ITEM_POSITIONS 4u
#define GATE_ROWS 16u
#define GATE_LANE 8u         // positions of a lane
#define GATE_ENTRY_BYTES 80u // logits of a row: halves; an odd multiple of 16 bytes
#define GATE_NUMBERS 40u     // of a query: GateNumbers and its part of the gate, by position

// What is known of a query before its part of the gate.
struct GateNumbers {
    float scale;        // logits are this much larger than what is kept of them
    float logitError;   // what keeps were made of is this close to the logits
    float gateError;    // a gate is off by this
    float errorPerNorm; // and this times the norm of the logits,
    float normMax;      // which is below this: nothing overflows
    float errorMax;     // mixtures that are less sure are no reason to raise a cut
    float unused[2];
};

// MixtureGate.Image in C#, in shared memory.
struct GateWeights {
    u32 inner, outer; // [hidden][GATE_ENTRY_BYTES], [position][hidden halves and 16 bytes]
    const float *innerBias, *outerBias;
    u32 hidden; // a multiple of 16

    DEVICE_MEMBER static u32 bytes(const Similarity& of) {
        return of.gateHidden * (GATE_ENTRY_BYTES + 2 * GATE_POSITIONS + 4) + GATE_POSITIONS * (16 + 4);
    }

    // All threads; a barrier follows.
    DEVICE_MEMBER static void load(const Similarity& of, u8* to) {
        for (u32 i = thread_id() * 16; i < bytes(of); i += block_threads() * 16)
            *(U4*)(to + i) = *(const U4*)(of.gate + i);
    }

    DEVICE_MEMBER static GateWeights at(const Similarity& of, const u8* shared) {
        u32 outer = of.gateHidden * GATE_ENTRY_BYTES, biases = outer + GATE_POSITIONS * (2 * of.gateHidden + 16);
        const float* innerBias = (const float*)(shared + biases);
        return GateWeights{shared_address(shared), shared_address(shared) + outer, innerBias, innerBias + of.gateHidden,
            of.gateHidden};
    }
};

// SiLU of 2 x.
DEVICE float quick_silu(float x) { return fused(x, quick_tanh(x), x); }

DEVICE float sum_of_four(float v) {
    v += warp_shuffle_xor(v, 1);
    return v + warp_shuffle_xor(v, 2);
}

DEVICE float most_of_four(float v) {
    v = greater(v, warp_shuffle_xor(v, 1));
    return greater(v, warp_shuffle_xor(v, 2));
}

// Which of a lane's positions are pairs of components.
DEVICE u32 pairs_of_lane(const Similarity& of) {
    u32 pairs = 0;
#pragma unroll
    for (u32 i = 0; i < GATE_LANE; i++) {
        u32 at = (lane_id() & 3) * GATE_LANE + i;
        if (at / ITEM_POSITIONS < of.queryComponents && at % ITEM_POSITIONS < of.itemComponents) pairs |= 1u << i;
    }

    return pairs;
}

// A row's part of the gate at a lane's positions.
DEVICE void load_gates(float (&gates)[GATE_LANE], const Similarity& of, u32 pairs, u32 row) {
    const u8* from = of.rows[1] + (u64)row * of.rowBytes[1];
    u32 first = (lane_id() & 3) * GATE_LANE;
    if (of.elements[1] != ELEMENT_FLOAT32 && of.itemComponents == ITEM_POSITIONS && pairs == 0xff) {
        U4 bits = *(const U4*)(from + first * 2);
        u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
        bool isHalf = of.elements[1] == ELEMENT_FLOAT16;
#pragma unroll
        for (u32 i = 0; i < GATE_LANE; i++) {
            u16 one = (u16)(words[i / 2] >> (16 * (i & 1)));
            gates[i] = isHalf ? float_from_half(one) : float_from_bfloat(one);
        }

        return;
    }

#pragma unroll
    for (u32 i = 0; i < GATE_LANE; i++) {
        u32 at = first + i;
        gates[i] = (pairs >> i & 1) != 0
            ? half_value(from, of.elements[1], at / ITEM_POSITIONS * of.itemComponents + at % ITEM_POSITIONS) : 0.0f;
    }
}

// The logits of a lane's positions; 0 where there is no pair.
DEVICE void load_logits(float (&logits)[GATE_LANE], const u8* entry, u32 pairs, float scale) {
    U4 bits = load_shared16(shared_address(entry) + (lane_id() & 3) * 16);
    u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
    for (u32 i = 0; i < GATE_LANE; i++) logits[i] = float_from_half((u16)(words[i / 2] >> (16 * (i & 1)))) * scale;
    if (pairs == 0xff) return;
#pragma unroll
    for (u32 i = 0; i < GATE_LANE; i++) logits[i] = (pairs >> i & 1) != 0 ? logits[i] : 0.0f;
}

// gates[8 positions of two rows, as products give them] += outer * silu(inner * logits + innerBias) + outerBias, of
// half the inner weights and biases.
DEVICE void add_network(float (&gates)[4][4], const GateWeights& weights, const float (&logits)[2][GATE_LANE]) {
    u32 lane = lane_id(), a[2][4];
#pragma unroll
    for (u32 step = 0; step < 2; step++)
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            const float* two = logits[i & 1] + 4 * step + (i & 2);
            a[step][i] = halves_from_floats(two[0], two[1]);
        }

    u32 outerStride = 2 * weights.hidden + 16;
    u32 innerAt = weights.inner + (lane & 7) * GATE_ENTRY_BYTES + (lane >> 3) * 16;
    u32 outerAt = weights.outer + ((lane >> 4) * 8 + (lane & 7)) * outerStride + ((lane >> 3) & 1) * 16;
    const float* biases = weights.innerBias + 2 * (lane & 3);
#pragma unroll 2
    for (u32 first = 0; first < weights.hidden; first += 16) {
        float c[2][4];
#pragma unroll
        for (u32 tile = 0; tile < 2; tile++) {
            u32 b[4];
            load_matrix4(b, innerAt + (first + 8 * tile) * GATE_ENTRY_BYTES);
            c[tile][0] = c[tile][2] = biases[first + 8 * tile];
            c[tile][1] = c[tile][3] = biases[first + 8 * tile + 1];
            mma_half(c[tile], a[0], b[0], b[1]);
            mma_half(c[tile], a[1], b[2], b[3]);
        }

        u32 hidden[4];
#pragma unroll
        for (u32 i = 0; i < 4; i++)
            hidden[i] = halves_from_floats(quick_silu(c[i / 2][2 * (i & 1)]), quick_silu(c[i / 2][2 * (i & 1) + 1]));
#pragma unroll
        for (u32 tile = 0; tile < 4; tile += 2) {
            u32 b[4];
            load_matrix4(b, outerAt + 8 * tile * outerStride + 2 * first);
            mma_half(gates[tile], hidden, b[0], b[1]);
            mma_half(gates[tile + 1], hidden, b[2], b[3]);
        }
    }
}

// A mixture and how far the canonical one may be from it: of rows l / 4 and l / 4 + 8, the same in all four lanes. Not a
// number, or infinitely far, where this arithmetic says nothing.
struct Mixed { float mixture[2], error[2]; };

// Of a row: shares by the gate, and what they mix.
DEVICE void mix(Mixed& mixed, u32 i, const float (&gates)[4][4], const float (&logits)[GATE_LANE],
                const float (&items)[GATE_LANE], const float* numbers) {
    const GateNumbers of = *(const GateNumbers*)numbers;
    const float* own = numbers + 8 + (lane_id() & 3) * GATE_LANE;
    float gate[GATE_LANE], largest = float_from_bits(0xff800000u), squares = 0, far = 0;
#pragma unroll
    for (u32 p = 0; p < GATE_LANE; p++) {
        gate[p] = fused(own[p], items[p], gates[p / 2][2 * i + p % 2]);
        largest = greater(largest, gate[p]);
        squares = fused(logits[p], logits[p], squares);
        far = greater(far, greater(logits[p], -logits[p]));
    }

    largest = most_of_four(largest);
    far = most_of_four(far);
    float norm = 1.001f * quick_square_root(sum_of_four(squares)), shares = 0, sum = 0, apart = 0;
#pragma unroll
    for (u32 p = 0; p < GATE_LANE; p++) {
        gate[p] = quick_exp2((gate[p] - largest) * 1.44269504f);
        shares += gate[p];
        sum = fused(gate[p], logits[p], sum);
    }

    float share = reciprocal(sum_of_four(shares)), mixture = sum_of_four(sum) * share;
#pragma unroll
    for (u32 p = 0; p < GATE_LANE; p++) {
        float from = logits[p] - mixture;
        apart = fused(gate[p], greater(from, -from), apart);
    }

    apart = sum_of_four(apart) * share;
    // (e^2x - 1) / 2 of the gates' error x, times how far logits lie from their mixture; and the logits' own errors.
    float x = fused(norm, of.errorPerNorm, of.gateError);
    float error = fused(0.51f * (quick_exp2(2.8853901f * x) - 1.0f), apart, of.logitError);
    mixed.mixture[i] = mixture;
    mixed.error[i] = norm < of.normMax ? fused(far, 6e-4f, error) : float_from_bits(0x7f800000u);
}

// Of the rows whose logits are at places l / 4 and l / 4 + 8 of those from `first` on, or the last place.
DEVICE Mixed mixed_rows(const Similarity& of, const GateWeights& weights, const float* numbers, u32 pairs,
                        const u8* entries, const u64* words, const u32* queries, u32 first, u32 count) {
    float logits[2][GATE_LANE], items[2][GATE_LANE], gates[4][4];
    const float* numbersOf[2];
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        u32 place = first + lane_id() / 4 + 8 * i;
        place = place < count ? place : count - 1;
        load_gates(items[i], of, pairs, (u32)words[place]);
        numbersOf[i] = numbers + queries[place] * GATE_NUMBERS;
        load_logits(logits[i], entries + place * GATE_ENTRY_BYTES, pairs, numbersOf[i][0]);
    }

    const float* biases = weights.outerBias + (lane_id() & 3) * GATE_LANE;
#pragma unroll
    for (u32 p = 0; p < GATE_LANE; p++) gates[p / 2][p % 2] = gates[p / 2][2 + p % 2] = biases[p];
    add_network(gates, weights, logits);
    Mixed mixed;
#pragma unroll
    for (u32 i = 0; i < 2; i++) mix(mixed, i, gates, logits[i], items[i], numbersOf[i]);
    return mixed;
}
