// The fused scan of one embedding: scores of all rows (or of listed rows) for a batch of queries, compared with a
// rising cut a query as they leave the accumulators; only what may be among the best k is written.
// Variants: 8 or 16 queries and tiles of 64 rows, three blocks an SM, where reading is the limit; 32 queries, or 64 a
// group of four warps, and tiles of 128 rows, so that a query's fragment serves two row fragments.
// Defines: those of Survivors.cu and RowTiles.cu.

// CudaScanTable in C#.
struct Table {
    const u8* rows;      // [row][rowBytes], rowBytes a multiple of 16
    const float* norms;  // [row], or null
    u32 rowCount;
    u32 rowBytes;
    u32 dim;
    u32 metric;
    const u16* scales;   // [row] halves, of whole numbers
};

template <u32 elementOfRows> struct OneEmbedding {
    typedef const Table* At;
    enum : bool { isSum = false };
    Table table;

    DEVICE_MEMBER static OneEmbedding start(At at, float*, u32, u32) { return OneEmbedding{*at}; }

    DEVICE_MEMBER u32 row_count() const { return table.rowCount; }

    DEVICE_MEMBER u32 chunks() const { return (table.rowBytes + STAGE_BYTES_A_ROW - 1) / STAGE_BYTES_A_ROW; }

    DEVICE_MEMBER Piece piece(u32 chunk) const {
        return Piece{table.rows, table.rowBytes, chunk * STAGE_BYTES_A_ROW, elementOfRows};
    }

    // Turns products into scores, but for the query's factor and offset. Rows that are not there get the lowest.
    template <u32 MT, u32 NT>
    DEVICE_MEMBER void finish(float (&c)[MT][NT][4], const u32 (&rowOf)[MT][2], const float* scales) const {
        const bool isWhole = elementOfRows == ELEMENT_INT8, isSmall = is_small(table.dim);
        bool plain = !isWhole && (table.metric == METRIC_DOT || table.norms == nullptr);
#pragma unroll
        for (u32 m = 0; m < MT; m++)
#pragma unroll
            for (u32 half = 0; half < 2; half++) {
                u32 row = rowOf[m][half];
                if (plain && row != ~0u) continue;
                RowTerm of = {0, -infinity()};
                if (row != ~0u)
                    of = table.metric == METRIC_DOT || table.norms == nullptr
                        ? RowTerm{1.0f, 0.0f} : row_term(table.metric, table.norms[row]);
                if (isWhole && row != ~0u) of.scale *= float_from_half(table.scales[row]);
#pragma unroll
                for (u32 j = 0; j < NT; j++)
#pragma unroll
                    for (u32 side = 0; side < 2; side++) {
                        float& score = c[m][j][2 * half + side];
                        score = fused(value_of(score, isWhole, isSmall), of.scale, of.term * scales[j * 8 + side]);
                    }
            }
    }

    // A cosine whose row is too short for floats; its order of summation does not matter within the error.
    DEVICE_MEMBER static float slow_score(At at, const Batch& batch, u32 query, u32 row) {
        const Table table = *at;
        const u8* values = table.rows + (u64)row * table.rowBytes;
        // A scale shortens no direction, unless it is zero.
        if (elementOfRows == ELEMENT_INT8 && table.scales[row] == 0) return 0;
        return (float)slow_cosine<elementOfRows>(values, batch.originals + (u64)query * table.dim, table.dim);
    }
};

#define SCAN_ARGUMENTS const Table* table, const Batch* batch
#define SCAN_KERNELS(kind, element) \
    KERNEL(scan_##kind##_8, (128, 3), SCAN_ARGUMENTS) { scan<OneEmbedding<element>, 1, 1>(table, batch); } \
    KERNEL(scan_##kind##_16, (128, 3), SCAN_ARGUMENTS) { scan<OneEmbedding<element>, 1, 2>(table, batch); } \
    KERNEL(scan_##kind##_32, (128, 2), SCAN_ARGUMENTS) { scan<OneEmbedding<element>, 2, 4>(table, batch); } \
    KERNEL(scan_##kind##_64, (256, 1), SCAN_ARGUMENTS) { scan<OneEmbedding<element>, 2, 8>(table, batch); }
SCAN_KERNELS(half, ELEMENT_FLOAT16)
SCAN_KERNELS(bfloat, ELEMENT_BFLOAT16)
SCAN_KERNELS(float, ELEMENT_FLOAT32)
SCAN_KERNELS(int8, ELEMENT_INT8)
