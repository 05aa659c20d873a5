// A kernel for each fault that Faults.cpp expects the emulator to find: blocks of 64 threads, 1,000 bytes each of
// shared memory and of global memory.
#include "Prelude.cu"

KERNEL(shared_past_the_end, (64), u8*) {
    if (thread_id() == 40) store_shared16(992, U4{1, 2, 3, 4});
}
KERNEL(shared_not_aligned, (64), u8*) {
    if (thread_id() == 5) load_shared16(8);
}
KERNEL(shared_pointer_far_past_the_end, (64), u8*) {
    SHARED_BYTES(shared);
    if (thread_id() == 63) shared[4096] = 1;
}
KERNEL(shared_pointer_just_past_the_end, (64), u8*) {
    SHARED_BYTES(shared);
    if (thread_id() == 63) shared[1000] = 1;
}
KERNEL(shared_pointer_below, (64), u8*) {
    SHARED_BYTES(shared);
    if (thread_id() == 63) shared[-1] = 1;
}
KERNEL(global_past_the_end, (64), u8* data) {
    if (thread_id() == 7) data[1024] = 1; // an allocation ends at a multiple of 256, and nothing follows
}
KERNEL(global_just_past_the_end, (64), u8* data) {
    if (thread_id() == 7) data[1000] = 1;
}
KERNEL(global_not_of_the_device, (64), u8*) {
    static u8 host[32];
    load_stream16((const u8*)(((u64)host + 15) / 16 * 16));
}
KERNEL(global_not_aligned, (64), u8* data) {
    load_stream16(data + 4);
}
KERNEL(lanes_at_different_collectives, (64), u8*) {
    if (lane_id() == 3) warp_ballot(true);
    else warp_shuffle(1u, 0);
}
KERNEL(a_lane_that_ended, (64), u8*) {
    if (thread_id() == 33) return;
    warp_ballot(true);
}
KERNEL(half_a_block_at_a_barrier, (64), u8*) {
    if (warp_id() == 0) block_sync();
}
KERNEL(barrier_of_other_threads, (64), u8*) {
    barrier_sync(1, warp_id() == 0 ? 64 : 32);
}
KERNEL(arrivals_past_the_phase, (64), u8*) {
    if (thread_id() == 0) mbarrier_init(0, 65);
    block_sync();
    if (thread_id() == 0) mbarrier_expect(0, 16);
    mbarrier_arrive(0);
    mbarrier_arrive(0);
}
KERNEL(memory_barrier_that_nobody_made, (64), u8*) {
    mbarrier_wait(64, 0);
}
KERNEL(phase_that_never_ends, (64), u8*) {
    if (thread_id() == 0) mbarrier_init(8, 65);
    block_sync();
    mbarrier_arrive(8);
    mbarrier_wait(8, 0);
}
KERNEL(value_that_nobody_releases, (64), u8* data) {
    while (load_acquire((const u32*)data) == 0xcdcdcdcd) pause();
}
KERNEL(bulk_copy_past_the_end, (64), u8* data) {
    if (thread_id() != 0) return;
    mbarrier_init(0, 1);
    bulk_copy(16, data + 512, 512, 0);
}
KERNEL(bulk_copy_that_nobody_waits_for, (64), u8* data) {
    if (thread_id() != 0) return;
    mbarrier_init(0, 1);
    bulk_copy(16, data, 64, 0);
}
// What is read without waiting is poison, which the kernel's own result then shows.
KERNEL(copy_that_is_not_waited_for, (64), u8* data) {
    async_copy16(thread_id() * 16 % 992, data, 16);
    async_commit();
    if (load_shared16(thread_id() * 16 % 992).x == 0xeeeeeeee) emulator::fail("read poison");
}
KERNEL(freed, (64), u8* data) {
    if (thread_id() == 9) data[3] = 1;
}
