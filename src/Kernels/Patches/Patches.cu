// Copies many small pieces of memory at once: what changes of a table in device memory. A warp copies a piece, by the
// widest loads that its addresses and length allow.
// Defines: THREADS (Patches).

struct Patch {
    u64 to;
    u64 from;
    u64 bytes;
};

template <typename T>
DEVICE void copy_piece(const Patch& patch) {
    T* to = (T*)patch.to;
    const T* from = (const T*)patch.from;
    for (u64 i = lane_id(); i < patch.bytes / sizeof(T); i += 32) to[i] = from[i];
}

KERNEL(apply_patches, (THREADS), const Patch* patches, u32 count) {
    const u32 warps = grid_blocks() * (THREADS / 32);
    for (u32 i = block_id() * (THREADS / 32) + warp_id(); i < count; i += warps) {
        Patch patch = patches[i];
        u64 all = patch.to | patch.from | patch.bytes;
        if (all % 16 == 0) {
            copy_piece<U4>(patch);
        } else if (all % 8 == 0) {
            copy_piece<u64>(patch);
        } else if (all % 4 == 0) {
            copy_piece<u32>(patch);
        } else if (all % 2 == 0) {
            copy_piece<u16>(patch);
        } else {
            copy_piece<u8>(patch);
        }
    }
}
