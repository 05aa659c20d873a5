// The canonical scores of a list of (query, row) pairs: the bits of CanonicalScore.Reference.cs.
// Eight threads take a pair, one for each lane of the fixed order: a step of theirs reads 32 consecutive bytes of a
// float row, a sector. Kept rows lie anywhere, so a warp asks for UNROLL steps of its four rows before it adds.
// A dot product may be fused, because products of two floats are exact in float64; squared differences are not.
// Defines: LANES, THREADS, UNROLL, ELEMENT_* (CudaElement), METRIC_* (ScanMetric).

// CudaScoreSegment in C#: one term of the weighted sum.
struct Segment {
    const u8* rows;             // [row][rowBytes]
    const float* queries;       // [query][dim]
    const double* squaredNorms; // [query], cosine only
    const float* weights;       // [query], or null where each weight is 1
    u32 dim;
    u32 element;
    u32 metric;
    u32 rowBytes;
    const u16* scales;          // [row] halves, of whole numbers
};

struct Sums { double dot, squares; };

template <u32 metric> DEVICE void add_element(Sums& sums, float query, float value) {
    double q = query, x = value;
    if (metric == METRIC_EUCLIDEAN) {
        double difference = q - x;
        sums.dot = sums.dot + difference * difference;
        return;
    }

    sums.dot = fused(q, x, sums.dot);
    if (metric == METRIC_COSINE) sums.squares = fused(x, x, sums.squares);
}

template <u32 element, u32 metric> DEVICE Sums lane_sums(const u8* row, float scale, const float* query, u32 dim, u32 lane) {
    Sums sums = {0, 0};
    u32 i = lane;
    for (; i + (UNROLL - 1) * LANES < dim; i += UNROLL * LANES) {
        float q[UNROLL], x[UNROLL];
#pragma unroll
        for (u32 u = 0; u < UNROLL; u++) {
            x[u] = row_value<element>(row, scale, i + u * LANES);
            q[u] = query[i + u * LANES];
        }

#pragma unroll
        for (u32 u = 0; u < UNROLL; u++) add_element<metric>(sums, q[u], x[u]);
    }

    for (; i < dim; i += LANES) add_element<metric>(sums, query[i], row_value<element>(row, scale, i));
    return sums;
}

// ((0+1)+(2+3))+((4+5)+(6+7)), in each of the eight threads.
DEVICE double add_lanes(double v) {
    v += warp_shuffle_xor(v, 1);
    v += warp_shuffle_xor(v, 2);
    return v + warp_shuffle_xor(v, 4);
}

template <u32 element> DEVICE double term(const Segment& segment, u32 query, u32 row, u32 lane) {
    u32 dim = segment.dim;
    const u8* values = segment.rows + (u64)row * segment.rowBytes;
    const float* q = segment.queries + (u64)query * dim;
    float scale = element == ELEMENT_INT8 ? float_from_half(segment.scales[row]) : 1.0f;
    if (segment.metric == METRIC_DOT) return add_lanes(lane_sums<element, METRIC_DOT>(values, scale, q, dim, lane).dot);
    if (segment.metric == METRIC_EUCLIDEAN)
        return -add_lanes(lane_sums<element, METRIC_EUCLIDEAN>(values, scale, q, dim, lane).dot);

    Sums sums = lane_sums<element, METRIC_COSINE>(values, scale, q, dim, lane);
    double dot = add_lanes(sums.dot), rowSquared = add_lanes(sums.squares), querySquared = segment.squaredNorms[query];
    return querySquared == 0 || rowSquared == 0
        ? 0.0
        : divide(dot, square_root(querySquared) * square_root(rowSquared));
}

// scores[pair] for pairs[pair] = (query, row), as many as *pairCount says, at most `capacity`.
KERNEL(canonical_score, (THREADS), const Segment* segments, u32 segmentCount, const u32* pairs, const u32* pairCount,
       u32 capacity, float* scores) {
    const u32 pairsAtOnce = grid_blocks() * (THREADS / LANES);
    u32 lane = thread_id() % LANES, count = *pairCount < capacity ? *pairCount : capacity;
    // Whole warps go on or end together: the lanes of a pair past the end work on the last pair and write nothing.
    for (u32 first = (block_id() * THREADS + warp_id() * 32) / LANES; first < count; first += pairsAtOnce) {
        u32 pair = first + lane_id() / LANES, safe = pair < count ? pair : count - 1;
        u32 query = pairs[2 * safe], row = pairs[2 * safe + 1];
        double score = 0;
        for (u32 s = 0; s < segmentCount; s++) {
            Segment segment = segments[s];
            double value = segment.element == ELEMENT_FLOAT32 ? term<ELEMENT_FLOAT32>(segment, query, row, lane)
                : segment.element == ELEMENT_FLOAT16          ? term<ELEMENT_FLOAT16>(segment, query, row, lane)
                : segment.element == ELEMENT_SIGNCODE         ? term<ELEMENT_SIGNCODE>(segment, query, row, lane)
                : segment.element == ELEMENT_INT8             ? term<ELEMENT_INT8>(segment, query, row, lane)
                                                              : term<ELEMENT_BFLOAT16>(segment, query, row, lane);
            score += (segment.weights != nullptr ? (double)segment.weights[query] : 1.0) * value;
        }

        if (lane == 0 && pair < count) scores[pair] = (float)score + 0.0f;
    }
}
