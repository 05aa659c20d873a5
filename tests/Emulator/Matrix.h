// What a warp does with matrix fragments, and a block with memory barriers (PTX ISA 9.7: ldmatrix, mma, mbarrier).
#pragma once
#include "Machine.h"

namespace emulator {

enum class Element { Half, BFloat, Tf32 };

// `count` (2 or 4) matrices of 8 x 8 elements of 16 bits; lane l names row l % 8 of matrix l / 8.
void load_matrices(u32* registers, u32 count, u32 address, bool transposed);
// c[16 x 8] += a[16 x K] * b[K x 8]; each sum is exact in float64 products and rounded once.
void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1, Element element);

void begin_memory_barrier(u32 address, u32 arrivals);
// An arrival that lets the phase wait for `bytes` more.
void arrive(u32 address, u32 bytes);
bool has_passed(u32 address, u32 parity);
void wait_for_phase(u32 address, u32 parity);
void add_copy(u32 to, const void* from, u32 bytes, u32 address);

}
