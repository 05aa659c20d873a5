// How fast a device reads its memory: each byte once, and nothing is done with it but a sum, which shows that all of
// it was read. A block asks for UNROLL x 16 bytes a thread before it adds: enough in flight to fill the memory's queue.
// Defines: THREADS, UNROLL.

// *sum += the sum of the memory's 32-bit words; `loads` is its length in pieces of 16 bytes.
KERNEL(read_memory, (THREADS), const u8* memory, u64 loads, u32* sum) {
    const u64 blockLoads = THREADS * UNROLL;
    u32 total = 0;
    for (u64 first = block_id() * blockLoads; first < loads; first += grid_blocks() * blockLoads) {
        U4 v[UNROLL];
#pragma unroll
        for (u32 u = 0; u < UNROLL; u++) {
            u64 at = first + u * THREADS + thread_id();
            v[u] = at < loads ? load_stream16(memory + at * sizeof(U4)) : U4{0, 0, 0, 0};
        }

#pragma unroll
        for (u32 u = 0; u < UNROLL; u++) total += v[u].x + v[u].y + v[u].z + v[u].w;
    }

    total = warp_sum(total);
    if (lane_id() == 0) global_add(sum, total);
}
