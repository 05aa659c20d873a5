// The fused scan of a weighted sum of several embeddings: each piece of a row is of one of them, and after an
// embedding's last piece its products become terms of the sum, in accumulators of their own.
// Variants: 8 or 16 queries and tiles of 64 rows, or 32 queries a group of four warps and tiles of 128 rows; twice the
// accumulators leave no room for more.
// Defines: those of Survivors.cu, TileOrder.cu and RowTiles.cu.

// CudaScanTerm in C#: an embedding, and what the batch's queries are with it.
struct Term {
    const u8* rows;          // [row][rowBytes], rowBytes a multiple of 16
    const float* norms;      // [row], or null
    const float* originals;  // [query][dim]
    const float* factors;    // [query]: what takes the scale of the packed query back
    const float* weights;    // [query]
    const u16* scales;       // [row] halves, of whole numbers
    u32 rowBytes;
    u32 dim;
    u32 metric;
    u32 element;
    u32 firstChunk;          // of the pieces of all embeddings
    u32 unused;
};

// CudaScanSum in C#.
struct Sum {
    const Term* terms;
    const u32* rowCount;
    u32 termCount;
    u32 chunks;              // pieces of all embeddings
};

template <u32 element> DEVICE double slow_term(const Term& term, const float* query, u32 row) {
    const u8* values = term.rows + (u64)row * term.rowBytes;
    if (element == ELEMENT_INT8 && term.scales[row] == 0 && term.metric == METRIC_COSINE) return 0;
    if (term.metric == METRIC_COSINE) return slow_cosine<element>(values, query, term.dim);
    double sum = 0, scale = element == ELEMENT_INT8 ? float_from_half(term.scales[row]) : 1.0f;
#pragma unroll 1
    for (u32 i = 0; i < term.dim; i++) {
        double x = scale * row_value<element>(values, i), q = query[i];
        sum += term.metric == METRIC_DOT ? q * x : -(q - x) * (q - x);
    }

    return sum;
}

struct SumOfEmbeddings {
    typedef const Sum* At;
    enum : bool { isSum = true };
    Sum sum;
    float* factors; // [term][query] in shared memory
    float* weights;
    u32 padded;     // queries

    DEVICE_MEMBER static SumOfEmbeddings start(At at, float* shared, u32 padded, u32 queryCount) {
        Sum sum = *at;
        SumOfEmbeddings source = {sum, shared, shared + sum.termCount * padded, padded};
        for (u32 i = thread_id(); i < sum.termCount * padded; i += block_threads()) {
            const Term& term = sum.terms[i / padded];
            u32 query = i % padded;
            source.factors[i] = query < queryCount ? term.factors[query] : 0.0f;
            source.weights[i] = query < queryCount ? term.weights[query] : 0.0f;
        }

        return source;
    }

    DEVICE_MEMBER u32 row_count() const { return *sum.rowCount; }

    DEVICE_MEMBER u32 chunks() const { return sum.chunks; }

    DEVICE_MEMBER u32 term_of(u32 chunk) const {
        u32 t = 0;
        while (t + 1 < sum.termCount && sum.terms[t + 1].firstChunk <= chunk) t++;
        return t;
    }

    DEVICE_MEMBER Piece piece(u32 chunk) const {
        const Term& term = sum.terms[term_of(chunk)];
        return Piece{term.rows, term.rowBytes, (chunk - term.firstChunk) * STAGE_BYTES_A_ROW, term.element};
    }

    DEVICE_MEMBER bool ends_segment(u32 chunk) const {
        return chunk + 1 == sum.chunks || term_of(chunk + 1) != term_of(chunk);
    }

    // Adds the terms of the embedding that ends here. Rows that are not there get the lowest score.
    template <u32 MT, u32 NT>
    DEVICE_MEMBER void add_segment(float (&total)[MT][NT][4], const float (&c)[MT][NT][4], const u32 (&rowOf)[MT][2],
                                   u32 chunk, u32 query0) const {
        u32 t = term_of(chunk);
        const float* norms = sum.terms[t].norms;
        u32 metric = sum.terms[t].metric;
        const bool isWhole = sum.terms[t].element == ELEMENT_INT8, isSmall = is_small(sum.terms[t].dim);
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 half = 0; half < 2; half++) {
                u32 row = rowOf[m][half];
                RowTerm of = {1, 0};
                if (row != ~0u && metric != METRIC_DOT && norms != nullptr) of = row_term(metric, norms[row]);
                if (isWhole && row != ~0u) of.scale *= float_from_half(sum.terms[t].scales[row]);
#pragma unroll
                for (u32 j = 0; j < NT; j++)
#pragma unroll
                    for (u32 side = 0; side < 2; side++) {
                        u32 at = t * padded + query0 + j * 8 + side;
                        float& score = total[m][j][2 * half + side];
                        float product = value_of(c[m][j][2 * half + side], isWhole, isSmall);
                        float added = fused(product, of.scale * factors[at], of.term * weights[at]);
                        score = row == ~0u ? -infinity() : score + added;
                    }
            }
    }

    // The sum in float64; its order of summation does not matter within the error.
    DEVICE_MEMBER static float slow_score(At at, const Batch&, u32 query, u32 row) {
        double score = 0;
        for (u32 t = 0; t < at->termCount; t++) {
            const Term term = at->terms[t];
            const float* original = term.originals + (u64)query * term.dim;
            double value = term.element == ELEMENT_FLOAT32 ? slow_term<ELEMENT_FLOAT32>(term, original, row)
                : term.element == ELEMENT_FLOAT16          ? slow_term<ELEMENT_FLOAT16>(term, original, row)
                : term.element == ELEMENT_INT8             ? slow_term<ELEMENT_INT8>(term, original, row)
                                                           : slow_term<ELEMENT_BFLOAT16>(term, original, row);
            score += (double)term.weights[query] * value;
        }

        return (float)score;
    }
};

KERNEL(scan_sum_8, (128, 3), const Sum* sum, const Batch* batch) { scan<SumOfEmbeddings, 1, 1>(sum, batch); }
KERNEL(scan_sum_16, (128, 3), const Sum* sum, const Batch* batch) { scan<SumOfEmbeddings, 1, 2>(sum, batch); }
KERNEL(scan_sum_32, (256, 1), const Sum* sum, const Batch* batch) { scan<SumOfEmbeddings, 2, 4>(sum, batch); }
