// What the kernels of filters read: a table's columns, and the plans of a batch.
// Defines: PLANS, SHARED_PLANS (plans of a group).

// CudaFilterColumn: values is null where no row has one.
struct alignas(16) Column {
    const u8* values;   // [row], or the heap of a multi-valued column
    const u32* present; // a bit a row, or null
    const u64* runs;    // [row] start << RUN_COUNT_BITS | count, or null
    u64 element;
};

// CudaFilterTable.
struct alignas(16) Table {
    u64 rowCount;
    const u32* live; // a bit a row, or null where all are
    const Column* columns;
    u64 unused;
};

// Where a plan's clauses and operands start, in bytes from the front of all.
struct Plan { u32 clauses, words; i32 entry; u32 slotCount; };

// Of SHARED_PLANS plans, a bit each: those whose mask shared_filter writes, and those of which that is all. Look-ups and
// their tables lie together.
struct alignas(16) Group { u32 lookups, lookupCount, known, whole; u32 bytes, unused[3]; };

// The front of CudaFilterPlans: how many plans there are, and the numbers of those that have something left when shared
// clauses have been looked up.
struct alignas(16) Plans {
    u32 planCount, restCount, unused[2];
    Group groups[PLANS / SHARED_PLANS];
    u32 rest[PLANS];
    Plan plans[PLANS];
};

// Bytes of an element that `element` of a column says.
DEVICE u32 element_bytes(const Column& column) {
    return column.element == COLUMN_CODE16 ? 2
         : column.element == COLUMN_CODE32 ? 4
         : column.element == COLUMN_INT64 || column.element == COLUMN_FLOAT64 ? 8
                                                                              : 1;
}

// Asks for the values of rows that a warp will read next, of a column with a value a row; a lane does. A step further
// on, memory would be waited for once a column.
DEVICE void prefetch_rows(const Column& column, u64 first, u32 rows, u64 rowCount) {
    if (lane_id() != 0 || first + rows > rowCount || column.values == nullptr || column.runs != nullptr) return;
    u32 bytes = element_bytes(column);
    const u8* from = column.values + first * bytes;
    if ((u64)from % 16 == 0) prefetch_bulk(from, rows * bytes);
}
