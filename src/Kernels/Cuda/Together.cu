// What the blocks of a grid and the threads of a block do together. Defines: THREADS

constexpr u32 Warps = THREADS / 32;

// Returns when every block of the grid has come here.
DEVICE void grid_sync(u32* arrived) {
    block_sync();
    if (thread_id() == 0) {
        fence_device();
        u32 ticket = global_add(arrived, 1u), all = (ticket / grid_blocks() + 1) * grid_blocks();
        while (load_acquire(arrived) < all) pause();
        fence_device();
    }

    block_sync();
}

// The sum of v over the threads before this one, and over all.
DEVICE u32 sum_before(u32 v, u32* warps, u32& total) {
    u32 inclusive = warp_prefix(v);
    block_sync();
    if (lane_id() == 31) warps[warp_id()] = inclusive;
    block_sync();
    if (warp_id() == 0) {
        u32 sum = warp_prefix(lane_id() < Warps ? warps[lane_id()] : 0);
        if (lane_id() < Warps) warps[lane_id()] = sum;
    }

    block_sync();
    total = warps[Warps - 1];
    return inclusive - v + (warp_id() > 0 ? warps[warp_id() - 1] : 0);
}
