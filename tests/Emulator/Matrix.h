// What a warp does with matrix fragments, and a block with memory barriers (PTX ISA 9.7: ldmatrix, mma, mbarrier).
#pragma once
#include "Machine.h"

namespace emulator {

enum class Element { Half, BFloat, Tf32 };

// `count` (2 or 4) matrices of 8 x 8 elements of 16 bits; lane l names row l % 8 of matrix l / 8.
void load_matrices(u32* registers, u32 count, u32 address, bool transposed);
// c[16 x 8] += a[16 x K] * b[K x 8]; each sum is exact in float64 products and rounded once.
void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1, Element element);
// c[16 x 8] += a[16 x 32] * b[32 x 8], signed bytes.
void multiply_bytes(i32 (&c)[4], const u32 (&a)[4], u32 b0, u32 b1);
// sums += bits in common, as mma_bits.
void multiply_bits(i32 (&sums)[4], u32 a0, u32 a1, u32 b);

// c[64 x 128] (+)= a[64 x 32 bytes] * b[128 x 32 bytes] of a warpgroup, by the lanes' own parts (PTX ISA 9.7: wgmma).
void multiply_group(float (&c)[64], u64 a, u64 b, bool adds, Element element);

void begin_memory_barrier(u32 address, u32 arrivals);
// An arrival that lets the phase wait for `bytes` more.
void arrive(u32 address, u32 bytes);
bool has_passed(u32 address, u32 parity);
void wait_for_phase(u32 address, u32 parity);
void add_copy(u32 to, const void* from, u32 bytes, u32 address);

// What cuTensorMapEncodeTiled makes here: five sizes, of which the first is a row's and the last that of tiles, and a box
// of 128 bytes of each row of a tile.
struct TensorMap { u64 magic; const u8* rows; u64 sizes[5], strides[5]; u32 box[5], elementBytes; };
constexpr u64 TensorMapMagic = 0x70616d726f736e65ull;
void add_tensor_copy(u32 to, const void* map, u32 element, u32 tile, u32 address);

}
