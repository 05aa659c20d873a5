// Codes and their queries as a device has them.

// CudaScanTable in C#.
struct Table {
    const u8* rows; // [row][rowBytes]
    const float* norms;
    u32 rowCount;
    u32 rowBytes;
    u32 dim; // bits
    u32 metric;
};

// A packed query: the planes of all, what is added to its scores, then [plane][word].
struct QueryHead { u32 planes; i32 plus; u32 unused[2]; };
