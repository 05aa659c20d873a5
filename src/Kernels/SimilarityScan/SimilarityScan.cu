// The fused scan by a learned similarity, of all rows or listed ones: estimates on the tensor cores, compared with a
// rising cut a query as they leave the accumulators. SimilarityMixtures.cu has mixtures of logits.
// Network (Hadamard MLP): W1 (u * v) = (W1 diag(u)) v, so that a query is a column for each hidden unit, and the rest
// of the network is one multiply-add a unit. Its error is the query's.
// HeldNetwork takes rows of 16-bit numbers, of HELD_STEPS at most: 64 rows wait in registers for all queries, and a
// fragment of columns serves all of them; few warps of many registers, with a ring of fewer stages where columns of many
// queries take its room. Network takes every width.
// Defines: those of SimilarityMixtures.cu.

#define FRAGMENTS_NETWORK 5u // at a time: ten hidden units

// What both have in common: survivors are what waits.
struct PlainQueue {
    DEVICE_MEMBER static bool is_full(const Queue& queue) { return queue.count > QUEUE - 32; }
    DEVICE_MEMBER static void keep(u32, u32) {}
};

template <u32 element> struct Network : PlainQueue {
    typedef const Similarity* At;
    enum : u32 { own = 4, stages = NETWORK_STAGES, queued = QUEUE };
    enum : bool { settles = false, samples = true, holds = false };

    Columns columns;

    DEVICE_MEMBER static Columns columns_of(const Similarity& of) {
        u32 rounds = (of.hidden + 2 * FRAGMENTS_NETWORK - 1) / (2 * FRAGMENTS_NETWORK);
        u32 bytes = of.width * (element == ELEMENT_FLOAT32 ? 4 : 2), steps = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        u32 fragments = rounds * FRAGMENTS_NETWORK;
        return Columns{0, steps * STEP_BYTES + 16, steps, fragments, nullptr, 4 * fragments + 4};
    }

    DEVICE_MEMBER static u32 bytes(const Similarity&, u32, bool) { return 0; }

    DEVICE_MEMBER static Network start(At, const Columns& columns, u8*, bool) { return Network{{}, columns}; }

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

    DEVICE_MEMBER static void settle(At at, const Batch* batchAt, const Batch&, Queue& queue, bool) {
        write_out<Network>(at, batchAt, queue.words, queue.queries, queue.count);
        queue.count = 0;
    }

    DEVICE_MEMBER static float slow_score(At at, const Batch& batch, u32 query, u32 row) {
        return network_logit(*at, batch.originals + (u64)query * at->queryFloats, row);
    }
};

template <u32 element, u32 ring> struct HeldNetwork : PlainQueue {
    typedef const Similarity* At;
    enum : u32 { own = 8, stages = ring, queued = QUEUE };
    enum : bool { settles = false, samples = true, holds = true };

    Columns columns;
    u32 rows[own / 2][HELD_STEPS][4];

    DEVICE_MEMBER static Columns columns_of(const Similarity& of) {
        Columns columns = Network<element>::columns_of(of);
        columns.steps = HELD_STEPS;
        columns.stride = HELD_STEPS * STEP_BYTES + 16;
        return columns;
    }

    DEVICE_MEMBER static u32 bytes(const Similarity&, u32, bool) { return 0; }

    DEVICE_MEMBER static HeldNetwork start(At, const Columns& columns, u8*, bool) { return HeldNetwork{{}, columns, {}}; }

    DEVICE_MEMBER void hold(u32 stage, u32 rowStride) {
        u32 rowAt = stage + (lane_id() & 15) * rowStride + (lane_id() >> 4) * 16;
#pragma unroll
        for (u32 m = 0; m < own / 2; m++)
#pragma unroll
            for (u32 k = 0; k < HELD_STEPS; k++) load_matrix4(rows[m][k], rowAt + 16 * m * rowStride + k * STEP_BYTES);
    }

    // As Network's, of eight rows.
    DEVICE_MEMBER void score(u32, u32, u32 group, float (&scores)[own]) const {
        u32 lane = lane_id();
        const float* numbers = columns.numbers + (group * GROUP_QUERIES + (lane & 3)) * columns.numberCount;
        u32 columnAt = columns.long_fragment(group, 0);
#pragma unroll
        for (u32 i = 0; i < own; i++) scores[i] = numbers[4 * columns.fragments];
#pragma unroll 1
        for (u32 first = 0; first < columns.fragments; first += FRAGMENTS_NETWORK) {
#pragma unroll
            for (u32 f = 0; f < FRAGMENTS_NETWORK; f++) {
                u32 b[HELD_STEPS / 2][4];
#pragma unroll
                for (u32 k = 0; k < HELD_STEPS / 2; k++)
                    load_matrix4(b[k], columnAt + (first + f) * 8 * columns.stride + 2 * k * STEP_BYTES);
                U4 of = *(const U4*)(numbers + 4 * (first + f));
                float c[own / 2][4], low = float_from_bits(of.z), high = float_from_bits(of.w);
#pragma unroll
                for (u32 m = 0; m < own / 2; m++) {
                    c[m][0] = c[m][2] = float_from_bits(of.x);
                    c[m][1] = c[m][3] = float_from_bits(of.y);
                }

#pragma unroll
                for (u32 k = 0; k < HELD_STEPS; k++)
#pragma unroll
                    for (u32 m = 0; m < own / 2; m++)
                        multiply<element>(c[m], rows[m][k], b[k / 2][2 * (k & 1)], b[k / 2][2 * (k & 1) + 1]);
#pragma unroll
                for (u32 i = 0; i < own; i++) {
                    scores[i] = fused(low, at_least_zero(c[i / 2][2 * (i & 1)]), scores[i]);
                    scores[i] = fused(high, at_least_zero(c[i / 2][2 * (i & 1) + 1]), scores[i]);
                }
            }
        }
    }

    DEVICE_MEMBER static void settle(At at, const Batch* batchAt, const Batch&, Queue& queue, bool) {
        write_out<Network<element>>(at, batchAt, queue.words, queue.queries, queue.count);
        queue.count = 0;
    }
};

#define SCAN_ARGUMENTS const Table* table, const Similarity* of, const Batch* batch, u32 isShared
#define SCAN_KERNEL(name, warps, ...) \
    KERNEL(scan_##name, (32 * warps, 1), SCAN_ARGUMENTS) { scan<__VA_ARGS__>(table, of, batch, isShared); }
#define SCAN_KERNELS(kind, element) \
    SCAN_KERNEL(network_##kind, NETWORK_WARPS, Network<element>) \
    SCAN_KERNEL(mixture_##kind, MIXTURE_WARPS, Mixture<element>) \
    SCAN_KERNEL(gated_mixture_##kind, GATED_WARPS, GatedMixture<element>)
#define HELD_KERNELS(kind, element) \
    SCAN_KERNEL(held_network_##kind, HELD_WARPS, HeldNetwork<element, HELD_STAGES>) \
    SCAN_KERNEL(short_network_##kind, HELD_WARPS, HeldNetwork<element, SHORT_STAGES>)
SCAN_KERNELS(half, ELEMENT_FLOAT16)
SCAN_KERNELS(bfloat, ELEMENT_BFLOAT16)
SCAN_KERNELS(float, ELEMENT_FLOAT32)
HELD_KERNELS(half, ELEMENT_FLOAT16)
HELD_KERNELS(bfloat, ELEMENT_BFLOAT16)
