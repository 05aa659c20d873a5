// Twins of the kernels that the driver's tests write in PTX (tests/Kernels.Tests/Cuda/TestPtx.cs).
#include "Prelude.cu"

namespace {

KERNEL(line, (1024), float* y, const float* x, float a, float b, u32 n) {
    u32 i = block_id() * block_threads() + thread_id();
    if (i < n) y[i] = fused(x[i], a, b);
}

KERNEL(arguments, (1024), u8* to, i32 a, u32 b, i64 c, double d) {
    memcpy(to, &a, 4);
    memcpy(to + 8, &b, 4);
    memcpy(to + 16, &c, 8);
    memcpy(to + 24, &d, 8);
}

KERNEL(shared, (1024), u32* to, u32 bytes) {
    SHARED_BYTES(dynamic);
    u32* last = (u32*)(dynamic + bytes) - 1;
    *last = block_id();
    to[block_id()] = *last;
}

}
