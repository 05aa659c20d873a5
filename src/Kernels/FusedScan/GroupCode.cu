// The groups of which only so many hits are wanted each: CudaGroups in C#.
struct Groups {
    const u8* codes; // [row], or null: no groups
    u32 bytes;       // of a code: 1, 2 or 4
    u32 cap;         // hits of a group
};

DEVICE u32 group_of(const Groups& groups, u32 row) {
    return groups.bytes == 1 ? groups.codes[row]
        : groups.bytes == 2 ? ((const u16*)groups.codes)[row] : ((const u32*)groups.codes)[row];
}
