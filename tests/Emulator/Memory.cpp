#include "Memory.h"
#include "Machine.h"
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/mman.h>

namespace emulator {

namespace {

constexpr size_t Page = 4096, Alignment = 256, ArenaBytes = (size_t)1 << 40;

struct Piece { size_t bytes; unsigned char* start; size_t span; bool is_freed; };

struct Arena {
    unsigned char* base = nullptr;
    size_t next = Page, used = 0;
    std::map<unsigned char*, Piece> pieces; // by address

    const Piece* near(const void* p) const {
        auto at = pieces.upper_bound((unsigned char*)p);
        return at == pieces.begin() ? nullptr : &std::prev(at)->second;
    }
};

Arena arenas[DeviceCount + 1];
std::map<unsigned char*, size_t> registered;
struct sigaction before;

unsigned char* address_of(const Piece& piece) {
    return piece.start + piece.span - (piece.bytes + Alignment - 1) / Alignment * Alignment;
}

// The first byte of [from, to), less than a page, that is not poison; `to` where there is none.
unsigned char* first_written(unsigned char* from, unsigned char* to) {
    static const std::vector<unsigned char> poison(Page, MemoryPoison);
    if (memcmp(from, poison.data(), (size_t)(to - from)) == 0) return to;
    return std::find_if(from, to, [](unsigned char b) { return b != MemoryPoison; });
}

void check(const Piece& piece) {
    unsigned char *data = address_of(piece), *end = data + piece.bytes, *last = piece.start + piece.span;
    if (unsigned char* at = first_written(piece.start, data); at != data)
        fail("something wrote %td bytes before a device allocation of %zu bytes", data - at, piece.bytes);
    if (unsigned char* at = first_written(end, last); at != last)
        fail("something wrote %td bytes past a device allocation of %zu bytes", at - end, piece.bytes);
}

void on_fault(int signal, siginfo_t* info, void* context) {
    if (current != nullptr || arena_of(info->si_addr) >= 0) {
        const Block* block = current != nullptr ? current->block : nullptr;
        // Device memory may lie right behind a block's.
        if (block != nullptr && arena_of(info->si_addr) < 0 && (unsigned char*)info->si_addr >= block->shared
            && (unsigned char*)info->si_addr < block->shared + (512 << 10))
            fail("touches byte %td of shared memory, but the block has %u",
                (unsigned char*)info->si_addr - block->shared, block->shared_bytes);
        fail("cannot touch %p%s", info->si_addr, describe(info->si_addr).c_str());
    }

    if (before.sa_flags & SA_SIGINFO) before.sa_sigaction(signal, info, context);
    else if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) sigaction(signal, &before, nullptr);
    else before.sa_handler(signal);
}

}

void* allocate(int number, size_t bytes) {
    Arena& arena = arenas[number];
    if (arena.base == nullptr) {
        void* p = mmap(nullptr, ArenaBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) fail("no address space for a device");
        arena.base = (unsigned char*)p;
    }

    size_t span = (bytes + Page - 1) / Page * Page;
    if (bytes == 0 || bytes > DeviceBytes - arena.used || arena.next + span + Page > ArenaBytes) return nullptr;
    Piece piece = {bytes, arena.base + arena.next, span, false};
    if (mprotect(piece.start, span, PROT_READ | PROT_WRITE) != 0) return nullptr;
    memset(piece.start, MemoryPoison, span);
    arena.next += span + Page;
    arena.used += bytes;
    unsigned char* data = address_of(piece);
    arena.pieces.emplace(data, piece);
    return data;
}

bool release(int number, void* p) {
    Arena& arena = arenas[number];
    auto at = arena.pieces.find((unsigned char*)p);
    if (at == arena.pieces.end()) return false;
    Piece& piece = at->second;
    if (piece.is_freed) fail("memory at %p was freed before", p);
    check(piece);
    madvise(piece.start, piece.span, MADV_DONTNEED);
    mprotect(piece.start, piece.span, PROT_NONE);
    piece.is_freed = true;
    arena.used -= piece.bytes;
    return true;
}

size_t used_bytes(int number) { return arenas[number].used; }

void check_canaries() {
    for (const Arena& arena : arenas)
        for (auto& entry : arena.pieces)
            if (!entry.second.is_freed) check(entry.second);
}

int arena_of(const void* p) {
    for (int i = 0; i <= DeviceCount; i++)
        if (arenas[i].base != nullptr && (unsigned char*)p >= arenas[i].base
            && (unsigned char*)p < arenas[i].base + ArenaBytes) return i;
    return -1;
}

static bool is_inside(const Arena& arena, const void* p, size_t bytes) {
    const Piece* piece = arena.near(p);
    return piece != nullptr && !piece->is_freed
        && (unsigned char*)p + bytes <= address_of(*piece) + piece->bytes;
}

static bool is_registered(const void* p, size_t bytes = 1) {
    auto at = registered.upper_bound((unsigned char*)p);
    return at != registered.begin() && (unsigned char*)p + bytes <= std::prev(at)->first + std::prev(at)->second;
}

bool is_device_readable(const void* p, size_t bytes) {
    int number = arena_of(p);
    return number >= 0 ? is_inside(arenas[number], p, bytes) : is_registered(p, bytes);
}

bool is_device_range(const void* p, size_t bytes) {
    int number = arena_of(p);
    return number >= 0 && number < DeviceCount && is_inside(arenas[number], p, bytes);
}

bool is_pinned(const void* p) { return arena_of(p) == HostArena || is_registered(p); }

bool register_host(void* p, size_t bytes) {
    return !is_registered(p) && registered.emplace((unsigned char*)p, bytes).second;
}

bool unregister_host(void* p) { return registered.erase((unsigned char*)p) == 1; }

std::string describe(const void* p) {
    int number = arena_of(p);
    const Piece* piece = number < 0 ? nullptr : arenas[number].near(p);
    if (piece == nullptr) return ": not memory of a device";
    std::ptrdiff_t at = (unsigned char*)p - address_of(*piece);
    return ": byte " + std::to_string(at) + " of an allocation of " + std::to_string(piece->bytes) + " bytes"
        + (piece->is_freed ? " that was freed" : "");
}

void install_fault_handler() {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &before);
}

}
