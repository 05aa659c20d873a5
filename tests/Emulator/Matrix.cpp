#include "Matrix.h"
#include "Memory.h"
#include "Numbers.h"

namespace emulator {

namespace {

constexpr u32 M = 16, N = 8, KMax = 16;

const float* half_table() {
    static const std::vector<float> table = [] {
        std::vector<float> t(65536);
        for (u32 i = 0; i < 65536; i++) t[i] = half_to_float((u16)i);
        return t;
    }();
    return table.data();
}

float element_of(u32 bits, Element element) {
    return element == Element::Half ? half_table()[bits & 0xffff]
        : element == Element::BFloat ? float_of(bits << 16)
                                     : float_of(bits & ~0x1fffu);
}

// Lane l = 4 g + t holds rows g and g + 8 of a, columns t (+ 4) of 32 bits each, that is one tf32 or two of 16 bits.
void multiply_warp(Slot* all, Element element) {
    const u32 each = element == Element::Tf32 ? 1 : 2, depth = each * 8;
    float a[M][KMax], b[KMax][N];
    double sums[M][N];
    for (u32 lane = 0; lane < WarpLanes; lane++) {
        u32 g = lane >> 2, t = lane & 3;
        const u32* in = all[lane].in;
        for (u32 half = 0; half < each; half++) {
            for (u32 r = 0; r < 4; r++)
                a[g + (r & 1) * 8][(t + (r >> 1) * 4) * each + half] = element_of(in[r] >> (16 * half), element);
            for (u32 r = 0; r < 2; r++)
                b[(t + r * 4) * each + half][g] = element_of(in[4 + r] >> (16 * half), element);
        }

        for (u32 i = 0; i < 4; i++) sums[g + (i >> 1) * 8][2 * t + (i & 1)] = float_of(in[6 + i]);
    }

    for (u32 m = 0; m < M; m++)
        for (u32 k = 0; k < depth; k++)
            for (u32 n = 0; n < N; n++) sums[m][n] += (double)a[m][k] * b[k][n];
    for (u32 lane = 0; lane < WarpLanes; lane++)
        for (u32 i = 0; i < 4; i++)
            all[lane].out[i] = bits_of((float)sums[(lane >> 2) + (i >> 1) * 8][2 * (lane & 3) + (i & 1)]);
}

void load_warp(Slot* all, u32 count, bool transposed) {
    for (u32 matrix = 0; matrix < count; matrix++) {
        const u16* rows[8];
        for (u32 r = 0; r < 8; r++) rows[r] = (const u16*)shared_at(all[matrix * 8 + r].in[0], 16);
        for (u32 lane = 0; lane < WarpLanes; lane++) {
            u32 g = lane >> 2, t = 2 * (lane & 3);
            u32 low = transposed ? rows[t][g] : rows[g][t], high = transposed ? rows[t + 1][g] : rows[g][t + 1];
            all[lane].out[matrix] = low | high << 16;
        }
    }
}

MemoryBarrier& barrier_at(u32 address) {
    shared_at(address, 8);
    auto at = current->block->memory_barriers.find(address);
    if (at == current->block->memory_barriers.end()) fail("there is no memory barrier at shared address %u", address);
    return at->second;
}

void end_phase(MemoryBarrier& barrier) {
    has_progressed = true;
    if (barrier.pending == 0 && barrier.bytes == 0) {
        barrier.pending = barrier.arrivals;
        barrier.phase++;
    }
}

// Copies land when somebody looks at their barrier.
void land(MemoryBarrier& barrier) {
    std::vector<Copy> copies = std::move(barrier.copies);
    barrier.copies.clear();
    for (const Copy& copy : copies) {
        if (copy.from == nullptr) memset(shared_at(copy.to, 16), 0, copy.bytes);
        else memcpy(shared_at(copy.to, 16), copy.from, copy.bytes);
        barrier.bytes -= copy.bytes;
    }

    if (!copies.empty()) end_phase(barrier);
}

}

void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1, Element element) {
    Slot& slot = meet(Op::Mma, [&](Slot& own) {
        memcpy(own.in, a, sizeof a);
        own.in[4] = b0;
        own.in[5] = b1;
        memcpy(own.in + 6, c, sizeof c);
    }, [element](Slot* all) { multiply_warp(all, element); });
    memcpy(c, slot.out, sizeof c);
}

void multiply_bytes(i32 (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    Slot& slot = meet(Op::Mma, [&](Slot& own) {
        memcpy(own.in, a, sizeof a);
        own.in[4] = b0;
        own.in[5] = b1;
        memcpy(own.in + 6, c, sizeof c);
    }, [](Slot* all) {
        for (u32 lane = 0; lane < WarpLanes; lane++)
            for (u32 i = 0; i < 4; i++) {
                u32 row = lane & ~3u, column = 4 * (2 * (lane & 3) + (i & 1)), sum = all[lane].in[6 + i];
                for (u32 byte = 0; byte < 32; byte++) {
                    u32 t = byte / 4 % 4, high = byte / 16, shift = byte % 4 * 8;
                    i32 x = (signed char)(all[row + t].in[(i >> 1) + 2 * high] >> shift);
                    sum += (u32)(x * (signed char)(all[column + t].in[4 + high] >> shift));
                }

                all[lane].out[i] = sum;
            }
    });
    memcpy(c, slot.out, sizeof c);
}

void multiply_bits(i32 (&sums)[4], u32 a0, u32 a1, u32 b) {
    Slot& slot = meet(Op::Mma, [&](Slot& own) {
        own.in[0] = a0, own.in[1] = a1, own.in[2] = b;
        memcpy(own.in + 3, sums, sizeof sums);
    }, [](Slot* all) {
        for (u32 lane = 0; lane < WarpLanes; lane++)
            for (u32 i = 0; i < 4; i++) {
                u32 row = lane & ~3u, column = 4 * (2 * (lane & 3) + (i & 1)), sum = all[lane].in[3 + i];
                for (u32 t = 0; t < 4; t++)
                    sum += (u32)__builtin_popcount(all[row + t].in[i >> 1] & all[column + t].in[2]);
                all[lane].out[i] = sum;
            }
    });
    memcpy(sums, slot.out, sizeof sums);
}

void load_matrices(u32* registers, u32 count, u32 address, bool transposed) {
    Slot& slot = meet(Op::LoadMatrix, [address](Slot& own) { own.in[0] = address; },
        [count, transposed](Slot* all) { load_warp(all, count, transposed); });
    memcpy(registers, slot.out, count * sizeof(u32));
}

void begin_memory_barrier(u32 address, u32 arrivals) {
    shared_at(address, 8);
    current->block->memory_barriers[address] = {arrivals, arrivals, 0, 0, {}};
}

void arrive(u32 address, u32 bytes) {
    MemoryBarrier& barrier = barrier_at(address);
    if (barrier.pending == 0) fail("memory barrier at %u: more than %u arrivals in a phase", address, barrier.arrivals);
    barrier.bytes += bytes;
    barrier.pending--;
    end_phase(barrier);
}

bool has_passed(u32 address, u32 parity) {
    MemoryBarrier& barrier = barrier_at(address);
    land(barrier);
    return (barrier.phase & 1) != parity;
}

void wait_for_phase(u32 address, u32 parity) {
    while (!has_passed(address, parity)) {
        // A copy that is asked for later lands when one of the waiting threads is woken by the phase's arrivals, or
        // looks again; so a waiter looks again after everybody else had a turn.
        current->waits_for = "memory barrier";
        current->waits_at = address;
        current->fiber.suspend();
    }
}

void add_copy(u32 to, const void* from, u32 bytes, u32 address) {
    MemoryBarrier& barrier = barrier_at(address);
    if (bytes == 0 || bytes % 16 != 0 || (u64)from % 16 != 0)
        fail("bulk copy of %u bytes from %p: not multiples of 16", bytes, from);
    shared_at(to, 16);
    shared_at(to + bytes - 16, 16);
    if (!is_device_readable(from, bytes)) fail("bulk copy of %u bytes from %p%s", bytes, from, describe(from).c_str());
    memset(current->block->shared + to, SharedPoison, bytes);
    barrier.copies.push_back({to, from, bytes});
    has_progressed = true;
}

// The row of an operand in shared memory: 32 bytes from `operand` on, in the 128-byte swizzle.
static void read_operand(u64 operand, u32 row, Element element, float (&values)[KMax]) {
    if (operand >> 62 != 1 || (operand >> 32 & 0x3fff) != 64) fail("operand %llx is not swizzled by 128 bytes", operand);
    u32 start = (u32)(operand & 0x3fff) << 4, offset = start % 128;
    for (u32 piece = 0; piece < 2; piece++) {
        u32 at = start - offset + row * 128, logical = offset / 16 + piece;
        const u8* bytes = shared_at(at + ((logical ^ (at / 128 % 8)) << 4), 16);
        if (element == Element::Tf32)
            for (u32 i = 0; i < 4; i++) values[piece * 4 + i] = element_of(((const u32*)bytes)[i], element);
        else
            for (u32 i = 0; i < 8; i++) values[piece * 8 + i] = element_of(((const u16*)bytes)[i], element);
    }
}

void multiply_group(float (&c)[64], u64 a, u64 b, bool adds, Element element) {
    meet(Op::Mma, [](Slot&) {}, [](Slot*) {});
    const u32 depth = element == Element::Tf32 ? 8 : 16, lane = current->lane(), warp = current->id / WarpLanes % 4;
    float rows[2][KMax], column[KMax];
    for (u32 half = 0; half < 2; half++) read_operand(a, 16 * warp + 8 * half + lane / 4, element, rows[half]);
    for (u32 j = 0; j < 32; j++) {
        read_operand(b, 8 * (j / 2) + 2 * (lane % 4) + j % 2, element, column);
        for (u32 half = 0; half < 2; half++) {
            float& target = c[4 * (j / 2) + 2 * half + j % 2];
            double sum = adds ? target : 0;
            for (u32 k = 0; k < depth; k++) sum += (double)rows[half][k] * column[k];
            target = (float)sum;
        }
    }
}

void add_tensor_copy(u32 to, const void* at, u32 element, u32 tile, u32 address) {
    MemoryBarrier& barrier = barrier_at(address);
    const TensorMap& map = *(const TensorMap*)at;
    if (!is_device_readable(at, 128) || (u64)at % 64 != 0 || map.magic != TensorMapMagic) fail("no tensor map at %p", at);
    if (to % 1024 != 0) fail("tensor copy to %u, not a multiple of 1,024", to);
    u32 bytes = map.box[0] * map.elementBytes, boxRows = map.box[1] * map.box[2] * map.box[3];
    shared_at(to + boxRows * bytes - 16, 16);
    memset(current->block->shared + to, SharedPoison, boxRows * bytes);
    for (u32 r = 0; r < boxRows; r++) {
        u32 places[] = {r % map.box[1], r / map.box[1] % map.box[2], r / map.box[1] / map.box[2], tile};
        u64 offset = 0;
        bool isInside = true;
        for (u32 d = 0; d < 4; d++) {
            offset += places[d] * map.strides[d + 1];
            isInside &= places[d] < map.sizes[d + 1];
        }

        for (u32 piece = 0; piece < bytes / 16; piece++) {
            u64 first = element + (u64)piece * 16 / map.elementBytes;
            const u8* from = nullptr;
            if (isInside && first < map.sizes[0]) {
                from = map.rows + offset + first * map.elementBytes;
                if (!is_device_readable(from, 16)) fail("tensor copy from %p%s", (const void*)from, describe(from).c_str());
            }

            barrier.copies.push_back({to + r * bytes + ((piece ^ (r & 7)) << 4), from, 16});
        }
    }

    has_progressed = true;
}

}
