#include "Machine.h"
#include "Kernels.h"
#include "Memory.h"
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace emulator {

thread_local Thread* current;
thread_local bool has_progressed;

std::vector<Kernel>& kernels() {
    static std::vector<Kernel> all;
    return all;
}

static constexpr u32 RegionBytes = 256 * 1024;
static constexpr u32 PageBytes = 4096;
static constexpr u32 SharedAlignment = 128;
static constexpr u32 GuardBytes = 1024; // poison below shared memory, checked at a block's end

const char* name_of(Op op) {
    switch (op) {
    case Op::Sync: return "warp_sync";
    case Op::Ballot: return "warp_ballot";
    case Op::Shuffle: return "warp_shuffle";
    case Op::Reduce: return "warp_sum, max or min";
    case Op::LoadMatrix: return "load_matrix";
    case Op::Mma: return "mma";
    default: return "nothing";
    }
}

void fail(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "\nemulator: ");
    if (current != nullptr) {
        const Block& block = *current->block;
        fprintf(stderr, "kernel %s, block %u, thread %u: ", block.kernel->name, block.id, current->id);
    }

    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    fflush(stderr);
    abort();
}

void wait(const u32& gate, u32 seen, const char* what, u32 at) {
    Thread& self = *current;
    self.gate = &gate;
    self.seen = seen;
    self.waits_for = what;
    self.waits_at = at;
    has_progressed = true;
    self.fiber.suspend();
    self.gate = nullptr;
}

void pause() {
    current->waits_for = "pause";
    current->waits_at = 0;
    current->fiber.suspend();
}

void wait_at(Barrier& barrier, u32 id, u32 threads, bool stays) {
    if (barrier.arrived == 0) barrier.expected = threads;
    if (barrier.expected != threads || threads == 0)
        fail("barrier %u: this thread names %u threads, others %u", id, threads, barrier.expected);
    if (id != 0 && threads % WarpLanes != 0) fail("barrier %u: %u threads are not whole warps", id, threads);
    u32 generation = barrier.generation;
    has_progressed = true;
    if (++barrier.arrived == threads) {
        barrier.arrived = 0;
        barrier.generation++;
    } else if (stays) {
        wait(barrier.generation, generation, "barrier", id);
    }
}

u8* shared_at(u32 address, u32 bytes) {
    Block& block = *current->block;
    if ((u64)address + bytes > block.shared_bytes)
        fail("%u bytes at shared address %u, but the block has %u", bytes, address, block.shared_bytes);
    if (address % bytes != 0) fail("%u bytes at shared address %u, which is not a multiple", bytes, address);
    return block.shared + address;
}

void check_shared(const void* p, u32 bytes) {
    const Block& block = *current->block;
    if ((const u8*)p < block.shared || (const u8*)p + bytes > block.shared + block.shared_bytes)
        fail("%p is not in the block's shared memory", p);
    if ((u64)p % bytes != 0)
        fail("shared address %u is not a multiple of %u", (u32)((const u8*)p - block.shared), bytes);
}

void check_global(const void* p, u32 bytes) {
    if ((u64)p % bytes != 0) fail("global address %p is not a multiple of %u", p, bytes);
    if (!is_device_readable(p, bytes))
        fail("%u bytes at %p are in no device allocation%s", bytes, p, describe(p).c_str());
}

Block::Block() {
    // The last byte of shared memory is followed by pages that nobody may touch.
    region_ = (u8*)mmap(nullptr, RegionBytes + PageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region_ == MAP_FAILED || mprotect(region_ + RegionBytes, PageBytes, PROT_NONE) != 0) fail("no shared memory");
}

Block::~Block() { munmap(region_, RegionBytes + PageBytes); }

static void run_thread() {
    Thread& self = *current;
    self.block->kernel->call(self.block->arguments);
    self.is_done = true;
    self.block->left--;
    has_progressed = true;
    self.fiber.suspend();
}

void Block::begin(const Kernel& its_kernel, void** its_arguments, u32 its_id, u32 its_grid, u32 count, u32 bytes) {
    kernel = &its_kernel;
    arguments = its_arguments;
    id = its_id;
    grid = its_grid;
    threads = left = count;
    shared_bytes = bytes;
    shared = region_ + RegionBytes - (bytes + SharedAlignment - 1) / SharedAlignment * SharedAlignment;
    memset(shared - GuardBytes, SharedPoison, (size_t)(region_ + RegionBytes - shared) + GuardBytes);
    std::fill_n(barriers, BarrierCount, Barrier());
    warps.assign((count + WarpLanes - 1) / WarpLanes, Warp());
    memory_barriers.clear();
    while (lanes.size() < count) lanes.push_back(std::make_unique<Thread>());
    for (u32 i = 0; i < count; i++) {
        Thread& thread = *lanes[i];
        thread.block = this;
        thread.id = i;
        thread.is_done = false;
        thread.gate = nullptr;
        thread.groups.clear();
        thread.open.clear();
        thread.fiber.start(run_thread);
    }
}

bool Block::step() {
    has_progressed = false;
    for (u32 i = 0; i < threads; i++) {
        Thread& thread = *lanes[i];
        if (thread.is_done || (thread.gate != nullptr && *thread.gate == thread.seen)) continue;
        current = &thread;
        thread.fiber.resume();
        current = nullptr;
    }

    return has_progressed;
}

void Block::end() {
    for (u32 i = 0; i < threads; i++) {
        current = lanes[i].get();
        if (!current->fiber.is_stack_whole()) fail("its stack of %zu bytes overflowed", Fiber::StackBytes);
    }

    current = lanes[0].get();
    for (auto& barrier : memory_barriers)
        if (!barrier.second.copies.empty()) fail("the block ended before a bulk copy of its own");
    auto is_written = [](u8 b) { return b != SharedPoison; };
    if (const u8* at = std::find_if(shared - GuardBytes, shared, is_written); at != shared)
        fail("something was written %td bytes below shared memory", shared - at);
    u8 *top = shared + shared_bytes, *last = region_ + RegionBytes;
    if (const u8* at = std::find_if(top, last, is_written); at != last)
        fail("something was written %td bytes past shared memory", at - top);
    current = nullptr;
}

void Block::describe_waits() const {
    for (u32 first = 0; first < threads; ) {
        const Thread& thread = *lanes[first];
        const char* what = thread.is_done ? "ended" : thread.waits_for;
        u32 last = first;
        while (last + 1 < threads && lanes[last + 1]->is_done == thread.is_done
            && (thread.is_done
                || (lanes[last + 1]->waits_for == what && lanes[last + 1]->waits_at == thread.waits_at))) last++;
        if (thread.is_done) fprintf(stderr, "  block %u, threads %u to %u: ended\n", id, first, last);
        else fprintf(stderr, "  block %u, threads %u to %u: at %s %u\n", id, first, last, what, thread.waits_at);
        first = last + 1;
    }
}

void launch(const Kernel& kernel, void** arguments, u32 grid, u32 threads, u32 shared_bytes, bool cooperative) {
    // Several blocks at a time, so that they come between each other; a cooperative launch has them all.
    static constexpr u32 BlocksAtOnce = 4, RoundsMax = 200000;
    static thread_local std::vector<std::unique_ptr<Block>> pool;
    u32 at_once = cooperative ? grid : std::min(grid, BlocksAtOnce), next = 0, idle = 0;
    while (pool.size() < at_once) pool.push_back(std::make_unique<Block>());
    std::vector<Block*> running;
    for (; next < at_once; next++) {
        pool[next]->begin(kernel, arguments, next, grid, threads, shared_bytes);
        running.push_back(pool[next].get());
    }

    while (!running.empty()) {
        bool any = false;
        for (size_t i = 0; i < running.size(); ) {
            any |= running[i]->step();
            if (running[i]->left != 0) {
                i++;
                continue;
            }

            running[i]->end();
            if (next < grid) running[i]->begin(kernel, arguments, next++, grid, threads, shared_bytes);
            else running.erase(running.begin() + (long)i);
        }

        if (any) idle = 0;
        else if (++idle == RoundsMax) {
            fprintf(stderr, "\nemulator: kernel %s is stuck: no thread can go on\n", kernel.name);
            for (Block* block : running) block->describe_waits();
            abort();
        }
    }
}

}
