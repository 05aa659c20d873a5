// Lists of rows, in runs of rising order, made by blocks. Defines: those of Together.cu.

DEVICE u32 lowest_place(u64 v) { return (u32)v != 0 ? lowest_bit((u32)v) : 32 + lowest_bit((u32)(v >> 32)); }

// A block's shared memory: the rows of a step, counted from its first, so that they are written side by side.
struct RowList {
    u16 rows[THREADS * 64];
    u32 warps[Warps];
    u32 at, unused;
};

// Appends the rows of each thread's word to what `capacity` rows have room for; a block's words lie side by side, from
// row `first` on. All threads.
DEVICE void append_rows(RowList* list, u32 first, u64 word, u32* rows, u64 capacity, u32* count) {
    u32 total, to = sum_before(bit_count(word), list->warps, total);
    if (total == 0) return;
    if (thread_id() == 0) list->at = global_add(count, total);
    for (; word != 0; word &= word - 1, to++) list->rows[to] = (u16)(thread_id() * 64 + lowest_place(word));
    block_sync();
    for (u32 i = thread_id(); i < total; i += THREADS)
        if ((u64)list->at + i < capacity) rows[(u64)list->at + i] = first + list->rows[i];
}
