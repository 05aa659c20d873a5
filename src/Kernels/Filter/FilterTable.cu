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
