// The fused scan by a learned similarity, of all rows or listed ones: estimates on the tensor cores, compared with a
// rising cut a query as they leave the accumulators.
// Network (Hadamard MLP): W1 (u * v) = (W1 diag(u)) v, so that a query is a column for each hidden unit, and the rest
// of the network is one multiply-add a unit. Its error is the query's.
// Mixture of logits: a query is a column for each of its components, a row a vector for each of its own, and the
// largest of their products bounds the mixture from above. What may reach the cut gets its whole logit before it leaves
// the queue, by the warp, eight rows at a time: cuts rise by true logits, and no error is left.
// Defines: those of SimilarityTiles.cu.

#define FRAGMENTS_NETWORK 5u // at a time: ten hidden units
#define FRAGMENTS_MIXTURE 4u // eight components of a query

template <u32 element> struct Network {
    typedef const Similarity* At;
    enum : u32 { own = 4, stages = NETWORK_STAGES };
    enum : bool { settles = false };

    Columns columns;

    DEVICE_MEMBER static Columns columns_of(const Similarity& of) {
        u32 rounds = (of.hidden + 2 * FRAGMENTS_NETWORK - 1) / (2 * FRAGMENTS_NETWORK);
        u32 bytes = of.width * (element == ELEMENT_FLOAT32 ? 4 : 2), steps = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        u32 fragments = rounds * FRAGMENTS_NETWORK;
        return Columns{0, steps * STEP_BYTES + 16, steps, fragments, nullptr, 4 * fragments + 4};
    }

    DEVICE_MEMBER static u32 bytes(const Similarity&, u32, bool) { return 0; }

    DEVICE_MEMBER static Network start(At, const Columns& columns, u8*, bool) { return Network{columns}; }

    // Of a lane's query with rows l / 4, and 8, 16 and 24 on. A query's numbers are two hidden units' biases and outer
    // weights, and so on, and the outer bias.
    DEVICE_MEMBER void score(u32 stage, u32 rowStride, u32 group, float (&scores)[own]) const {
        u32 lane = lane_id();
        const float* numbers = columns.numbers + (group * GROUP_QUERIES + (lane & 3)) * columns.numberCount;
        u32 rowAt = stage + (lane & 15) * rowStride + (lane >> 4) * 16;
#pragma unroll
        for (u32 i = 0; i < own; i++) scores[i] = numbers[4 * columns.fragments];
#pragma unroll 1
        for (u32 first = 0; first < columns.fragments; first += FRAGMENTS_NETWORK) {
            float c[2][FRAGMENTS_NETWORK][4];
#pragma unroll
            for (u32 f = 0; f < FRAGMENTS_NETWORK; f++) {
                U4 of = *(const U4*)(numbers + 4 * (first + f));
#pragma unroll
                for (u32 m = 0; m < 2; m++) {
                    c[m][f][0] = c[m][f][2] = float_from_bits(of.x);
                    c[m][f][1] = c[m][f][3] = float_from_bits(of.y);
                }
            }

            u32 columnAt = columns.fragment(group, first);
            // Of two matrices only.
            u32 lastAt = columns.fragment(group, first + FRAGMENTS_NETWORK - 1) - (lane >> 4) * 8 * columns.stride;
#pragma unroll 4
            for (u32 k = 0; k < columns.steps; k++) {
                u32 a[2][4], b[FRAGMENTS_NETWORK + 1][2];
                load_matrix4(a[0], rowAt + k * STEP_BYTES);
                load_matrix4(a[1], rowAt + 16 * rowStride + k * STEP_BYTES);
#pragma unroll
                for (u32 f = 0; f + 1 < FRAGMENTS_NETWORK; f += 2) {
                    u32 both[4];
                    load_matrix4(both, columnAt + f * 8 * columns.stride + k * STEP_BYTES);
                    b[f][0] = both[0];
                    b[f][1] = both[1];
                    b[f + 1][0] = both[2];
                    b[f + 1][1] = both[3];
                }

                load_matrix2(b[FRAGMENTS_NETWORK - 1], lastAt + k * STEP_BYTES);
#pragma unroll
                for (u32 m = 0; m < 2; m++)
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_NETWORK; f++) multiply<element>(c[m][f], a[m], b[f][0], b[f][1]);
            }

#pragma unroll
            for (u32 f = 0; f < FRAGMENTS_NETWORK; f++) {
                U4 of = *(const U4*)(numbers + 4 * (first + f));
                float low = float_from_bits(of.z), high = float_from_bits(of.w);
#pragma unroll
                for (u32 m = 0; m < 2; m++)
#pragma unroll
                    for (u32 half = 0; half < 2; half++) {
                        float& score = scores[2 * m + half];
                        score = fused(low, at_least_zero(c[m][f][2 * half]), score);
                        score = fused(high, at_least_zero(c[m][f][2 * half + 1]), score);
                    }
            }
        }
    }

    DEVICE_MEMBER void settle(const Batch&, Queue&) const {}

    DEVICE_MEMBER static float slow_score(At at, const Batch& batch, u32 query, u32 row) {
        return network_logit(*at, batch.originals + (u64)query * at->queryFloats, row);
    }
};

template <u32 element> struct Mixture {
    typedef const Similarity* At;
    enum : u32 { own = 2, stages = MIXTURE_STAGES };
    enum : bool { settles = true };

    At at;
    Columns columns;
    MixtureWeights weights;
    float* scratch;
    u32 componentBytes, itemComponents;

    DEVICE_MEMBER static Columns columns_of(const Similarity& of) {
        u32 rounds = (of.queryComponents + 2 * FRAGMENTS_MIXTURE - 1) / (2 * FRAGMENTS_MIXTURE);
        u32 bytes = of.width * (element == ELEMENT_FLOAT32 ? 4 : 2), steps = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        return Columns{0, steps * STEP_BYTES + 16, steps, rounds * FRAGMENTS_MIXTURE, nullptr, 2};
    }

    DEVICE_MEMBER static u32 bytes(const Similarity& of, u32 warps, bool isShared) {
        return ((isShared ? weight_floats(of) : 0) + warps * scratch_floats(of)) * 4;
    }

    DEVICE_MEMBER static Mixture start(At at, const Columns& columns, u8* shared, bool isShared) {
        float* floats = (float*)shared;
        MixtureWeights weights = load_weights(*at, floats, isShared);
        floats += (isShared ? weight_floats(*at) : 0) + warp_id() * scratch_floats(*at);
        u32 componentBytes = at->width * (element == ELEMENT_FLOAT32 ? 4 : 2);
        return Mixture{at, columns, weights, floats, componentBytes, at->itemComponents};
    }

    // What no mixture of a lane's query and rows l / 4 and 8 on is above. A query's numbers are the power of two that
    // takes its scale back, and the error of a product.
    DEVICE_MEMBER void score(u32 stage, u32 rowStride, u32 group, float (&scores)[own]) const {
        u32 lane = lane_id();
        float largest[own] = {-infinity(), -infinity()};
#pragma unroll 1
        for (u32 component = 0; component < itemComponents; component += 2) {
            // Rows of M: eight items' one component, and their next.
            u32 of = smaller(component + ((lane >> 3) & 1), itemComponents - 1);
            u32 rowAt = stage + (lane & 7) * rowStride + of * componentBytes + (lane >> 4) * 16;
#pragma unroll 1
            for (u32 first = 0; first < columns.fragments; first += FRAGMENTS_MIXTURE) {
                float c[own][FRAGMENTS_MIXTURE][4];
#pragma unroll
                for (u32 m = 0; m < own; m++)
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f++) c[m][f][0] = c[m][f][1] = c[m][f][2] = c[m][f][3] = 0;
                u32 columnAt = columns.fragment(group, first);
#pragma unroll 4
                for (u32 k = 0; k < columns.steps; k++) {
                    u32 a[own][4];
                    load_matrix4(a[0], rowAt + k * STEP_BYTES);
                    load_matrix4(a[1], rowAt + 8 * rowStride + k * STEP_BYTES);
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f += 2) {
                        u32 b[4];
                        load_matrix4(b, columnAt + f * 8 * columns.stride + k * STEP_BYTES);
#pragma unroll
                        for (u32 m = 0; m < own; m++) {
                            multiply<element>(c[m][f], a[m], b[0], b[1]);
                            multiply<element>(c[m][f + 1], a[m], b[2], b[3]);
                        }
                    }
                }

#pragma unroll
                for (u32 m = 0; m < own; m++)
#pragma unroll
                    for (u32 f = 0; f < FRAGMENTS_MIXTURE; f++)
#pragma unroll
                        for (u32 i = 0; i < 4; i++) largest[m] = most(largest[m], c[m][f][i]);
            }
        }

        const float* numbers = columns.numbers + (group * GROUP_QUERIES + (lane & 3)) * columns.numberCount;
#pragma unroll
        for (u32 m = 0; m < own; m++) {
            float logit = fused(largest[m], numbers[0], numbers[1]);
            scores[m] = fused(logit < 0 ? -logit : logit, float_from_bits(ROUNDING_SHARE_BITS), logit);
        }
    }

    // Whole logits of what waits; what does not reach the cut by then is let go.
    DEVICE_MEMBER void settle(const Batch& batch, Queue& queue) const {
        u32 count = queue.count, lane = lane_id(), kept = 0;
        for (u32 base = 0; base < count; base += PAIRS_AT_ONCE) {
            u32 place = smaller(base + lane % PAIRS_AT_ONCE, count - 1), query = queue.queries[place];
            u64 word = queue.words[place];
            float logit = mixture_logits(at, weights, scratch, batch.originals, query, (u32)word);
            if (lane >= PAIRS_AT_ONCE || base + lane >= count) continue;
            if (batch.sample != nullptr) *sample_at(batch, query, (u32)(word >> 32)) = logit;
            else queue.words[place] = (u64)float_bits(logit) << 32 | (u32)word;
        }

        warp_sync();
        if (batch.sample != nullptr) return;
        for (u32 base = 0; base < count; base += 32) {
            bool isThere = base + lane < count;
            u64 word = isThere ? queue.words[base + lane] : 0;
            u32 query = isThere ? queue.queries[base + lane] : 0;
            float logit = float_from_bits((u32)(word >> 32));
            float cut = float_from_ordered(load_changing(batch.cuts + query));
            bool isKept = isThere && logit > -infinity() && logit >= cut;
            count_by_query(query, isThere);
            u32 lanes = warp_ballot(isKept), to = kept + bit_count(lanes & ((1u << lane) - 1));
            if (isKept) {
                queue.words[to] = word;
                queue.queries[to] = query;
            }

            kept += bit_count(lanes);
            warp_sync();
        }

        queue.count = kept;
    }

    // One atomic a query, not one a row.
    DEVICE_MEMBER void count_by_query(u32 query, bool isThere) const {
        for (u32 left = warp_ballot(isThere); left != 0;) {
            u32 first = warp_shuffle(query, lowest_bit(left)), same = warp_ballot(isThere && query == first);
            if (lane_id() == 0) global_count(at->scored + first, bit_count(same));
            left &= ~same;
        }
    }

    // Not asked for: the queue has no NaN.
    DEVICE_MEMBER static float slow_score(At, const Batch&, u32, u32) { return -infinity(); }
};

#define SCAN_ARGUMENTS const Table* table, const Similarity* of, const Batch* batch, u32 isShared
#define SCAN_KERNELS(kind, element) \
    KERNEL(scan_network_##kind, (32 * NETWORK_WARPS, 1), SCAN_ARGUMENTS) { scan<Network<element>>(table, of, batch, isShared); } \
    KERNEL(scan_mixture_##kind, (32 * MIXTURE_WARPS, 1), SCAN_ARGUMENTS) { scan<Mixture<element>>(table, of, batch, isShared); }
SCAN_KERNELS(half, ELEMENT_FLOAT16)
SCAN_KERNELS(bfloat, ELEMENT_BFLOAT16)
SCAN_KERNELS(float, ELEMENT_FLOAT32)
