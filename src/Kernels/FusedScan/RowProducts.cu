// Products of rows and queries, by element, and what a row's norm makes of them.
// Defines: NORM_MIN_BITS, ELEMENT_* (CudaElement), METRIC_* (ScanMetric).

// 256 bytes of every row, or what is left of it: bytes from `at` on of rows that are `rowBytes` apart.
struct Piece { const u8* rows; u32 rowBytes, at, element; };

template <u32 element> DEVICE void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    if (element == ELEMENT_FLOAT16) mma_half(c, a, b0, b1);
    else if (element == ELEMENT_BFLOAT16) mma_bfloat(c, a, b0, b1);
    else if (element == ELEMENT_INT8) {
        i32 sums[4];
        mma_bytes(sums, a, b0, b1, (i32)float_bits(c[0]), (i32)float_bits(c[1]), (i32)float_bits(c[2]),
            (i32)float_bits(c[3]));
#pragma unroll
        for (u32 i = 0; i < 4; i++) c[i] = float_from_bits((u32)sums[i]);
    } else mma_tf32(c, a, b0, b1);
}

// A product as a float. Whole numbers below 2^22 by an addition, which takes an eighth of a conversion's time.
DEVICE float value_of(float product, bool isWhole, bool isSmall) {
    const u32 half = 0x4b400000u; // 3 * 2^22
    if (!isWhole) return product;
    i32 sum = (i32)float_bits(product);
    return isSmall ? float_from_bits(half + (u32)sum) - float_from_bits(half) : (float)sum;
}

// Whether products of rows of so many bytes are below 2^22.
DEVICE bool is_small(u32 dim) { return dim < (1u << 22) / (128 * 128); }

template <u32 element> DEVICE float row_value(const u8* row, u32 i) {
    if (element == ELEMENT_FLOAT32) return ((const float*)row)[i];
    if (element == ELEMENT_INT8) return (float)((const signed char*)row)[i];
    u16 bits = ((const u16*)row)[i];
    return element == ELEMENT_FLOAT16 ? float_from_half(bits) : float_from_bfloat(bits);
}

// In float64; seldom called, so that it must not grow.
template <u32 element> DEVICE double slow_cosine(const u8* row, const float* query, u32 dim) {
    double dot = 0, rowSquared = 0, querySquared = 0;
#pragma unroll 1
    for (u32 i = 0; i < dim; i++) {
        double x = row_value<element>(row, i), q = query[i];
        dot += q * x;
        rowSquared += x * x;
        querySquared += q * q;
    }

    return rowSquared == 0 || querySquared == 0
        ? 0.0 : divide(dot, square_root(querySquared) * square_root(rowSquared));
}

// What a row's norm makes of a product: times scale, plus term. A cosine row too short for floats has no scale.
struct RowTerm { float scale, term; };

DEVICE RowTerm row_term(u32 metric, float norm) {
    if (metric == METRIC_EUCLIDEAN) return RowTerm{1.0f, -(norm * norm)};
    return RowTerm{norm >= float_from_bits(NORM_MIN_BITS) ? 1.0f / norm
        : norm == 0 ? 0.0f : float_from_bits(0x7fc00000u), 0.0f};
}
