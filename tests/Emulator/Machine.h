// A block of GPU threads: what its lanes, warps and barriers are doing, and the one thread that runs now.
#pragma once
#include "Fiber.h"
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <vector>

typedef int8_t i8;
typedef uint8_t u8;
typedef uint16_t u16;
typedef int32_t i32;
typedef uint32_t u32;
typedef long long i64;
typedef unsigned long long u64;

namespace emulator {

struct Kernel;

constexpr u32 WarpLanes = 32;
constexpr u32 BarrierCount = 16;
constexpr u32 SharedBytesMax = 227 * 1024;
constexpr u8 SharedPoison = 0xee;

// Collectives of a warp; all its lanes must meet in the same one.
enum class Op { None, Sync, Ballot, Shuffle, Reduce, LoadMatrix, Mma };
const char* name_of(Op op);

// What a lane brings to a collective and takes from it.
struct Slot { u32 in[10]; u32 out[4]; };

struct Warp {
    u32 arrived = 0;
    u32 generation = 0;
    Op op = Op::None;
    Slot slots[2][WarpLanes]; // by the parity of the generation: a fast lane may be one collective ahead of a slow one
};

struct Barrier { u32 arrived = 0, expected = 0, generation = 0; };
struct Copy { u32 to; const void* from; u32 bytes; };
struct MemoryBarrier { u32 arrivals, pending, phase; i64 bytes; std::vector<Copy> copies; };

struct Block;

struct Thread {
    Fiber fiber;
    Block* block = nullptr;
    u32 id = 0;
    bool is_done = false;
    const u32* gate = nullptr; // it waits while *gate == seen; null: it can run
    u32 seen = 0;
    const char* waits_for = nullptr; // and the number of the barrier it is
    u32 waits_at = 0;
    std::deque<std::vector<Copy>> groups; // committed, not waited for
    std::vector<Copy> open;

    u32 lane() const { return id % WarpLanes; }
    Warp& warp();
};

struct Block {
    u32 id = 0, grid = 0, threads = 0, shared_bytes = 0;
    const Kernel* kernel = nullptr;
    void** arguments = nullptr;
    u8* shared = nullptr;
    Barrier barriers[BarrierCount];
    std::vector<Warp> warps;
    std::map<u32, MemoryBarrier> memory_barriers;
    std::vector<std::unique_ptr<Thread>> lanes;
    u32 left = 0;

    void begin(const Kernel& kernel, void** arguments, u32 id, u32 grid, u32 threads, u32 shared_bytes);
    // Runs every thread that can run until it waits; whether one of them did more than pause.
    bool step();
    // Checks what must hold at the end.
    void end();
    void describe_waits() const;
    Block();
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

private:
    u8* region_;
};

inline Warp& Thread::warp() { return block->warps[id / WarpLanes]; }

extern thread_local Thread* current;
extern thread_local bool has_progressed;

// Says what went wrong, with the kernel, block and thread, and ends the process.
[[noreturn]] void fail(const char* format, ...) __attribute__((format(printf, 1, 2)));
void wait(const u32& gate, u32 seen, const char* what, u32 at = 0);
void wait_at(Barrier& barrier, u32 id, u32 threads, bool stays);
void pause();

// The block's shared memory at an address: `bytes` at a multiple of `bytes`, inside of what was asked for.
u8* shared_at(u32 address, u32 bytes);
// Fails unless it is an aligned pointer to global memory, or to this block's shared memory.
void check_global(const void* p, u32 bytes);
void check_shared(const void* p, u32 bytes);

// All lanes of the warp meet; the last to come calls `complete` with their slots, and each gets its own.
template <class Fill, class Complete> Slot& meet(Op op, Fill fill, Complete complete) {
    Warp& warp = current->warp();
    u32 generation = warp.generation;
    Slot* slots = warp.slots[generation & 1];
    Slot& own = slots[current->lane()];
    if (warp.arrived == 0) warp.op = op;
    if (warp.op != op) fail("is at %s while other lanes of its warp are at %s", name_of(op), name_of(warp.op));
    fill(own);
    if (++warp.arrived == WarpLanes) {
        warp.arrived = 0;
        complete(slots);
        warp.generation++;
        has_progressed = true;
    } else {
        wait(warp.generation, generation, name_of(op), current->id / WarpLanes);
    }

    return own;
}

void launch(const Kernel& kernel, void** arguments, u32 grid, u32 threads, u32 shared_bytes, bool cooperative);

}
