// Sign-OPORP codes of rows as they are stored: the bits of SignOporp.Reference.cs. A warp takes a row at a time, which
// waits as floats in shared memory, and a lane every 32nd bit.
// Defines: THREADS, ELEMENT_* (CudaElement).

// What codes are made by, and of.
struct Coder {
    const i32* places;    // [repetition][dim]: the component at each place, or its complement where it is negative
    const i32* binStarts; // [bits + 1]
    u32 bits;
    u32 dim;
    u32 rowBytes;
    u32 unused;
};

template <u32 element>
DEVICE void make_codes(const Coder& coder, const u8* rows, const u16* scales, u64 rowCount, u32* codes) {
    SHARED_BYTES(bytes);
    const u32 warps = block_threads() / 32, lane = lane_id();
    float* values = (float*)bytes + warp_id() * coder.dim;
    for (u64 row = (u64)block_id() * warps + warp_id(); row < rowCount; row += (u64)grid_blocks() * warps) {
        float scale = element == ELEMENT_INT8 ? float_from_half(scales[row]) : 1.0f;
        warp_sync();
        for (u32 i = lane; i < coder.dim; i += 32) values[i] = row_value<element>(rows + row * coder.rowBytes, scale, i);
        warp_sync();
        u32 own = 0;
        for (u32 first = 0; first < coder.bits; first += 32) {
            float sum = 0;
            for (i32 p = coder.binStarts[first + lane]; p < coder.binStarts[first + lane + 1]; p++) {
                i32 place = coder.places[p];
                sum += place < 0 ? -values[~place] : values[place];
            }

            u32 word = warp_ballot(sum >= 0);
            own = lane == first / 32 ? word : own;
        }

        if (lane < coder.bits / 32) codes[row * (coder.bits / 32) + lane] = own;
    }
}

// codes[row][bits / 32]
KERNEL(sign_oporp, (THREADS), const Coder* coderAt, const u8* rows, const u16* scales, u32 element, u64 rowCount,
       u32* codes) {
    const Coder coder = *coderAt;
    if (element == ELEMENT_FLOAT32) make_codes<ELEMENT_FLOAT32>(coder, rows, scales, rowCount, codes);
    else if (element == ELEMENT_FLOAT16) make_codes<ELEMENT_FLOAT16>(coder, rows, scales, rowCount, codes);
    else if (element == ELEMENT_BFLOAT16) make_codes<ELEMENT_BFLOAT16>(coder, rows, scales, rowCount, codes);
    else make_codes<ELEMENT_INT8>(coder, rows, scales, rowCount, codes);
}
