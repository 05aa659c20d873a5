// Random rows and codes, made where scans are measured: the bits of RandomTable.Reference.cs. A warp makes a row; a
// thread makes a code. Each draws twice rather than keep a row of any width in registers.
// Defines: THREADS, STEP, MIX_FACTOR_1, MIX_FACTOR_2, DRAW_MAX (RandomTable), VALUE_MAX (Int8Rows).

DEVICE u64 mix(u64 state) {
    state = (state ^ (state >> 30)) * (u64)MIX_FACTOR_1;
    state = (state ^ (state >> 27)) * (u64)MIX_FACTOR_2;
    return state ^ (state >> 31);
}

DEVICE i32 draw(u64 start, u64 place) {
    u64 bits = mix(start + place * (u64)STEP);
    u32 sum = (u32)(bits & 0xffff) + (u32)(bits >> 16 & 0xffff) + (u32)(bits >> 32 & 0xffff);
    return 2 * (i32)sum - 3 * DRAW_MAX;
}

DEVICE u32 code_of(u64 start, u64 row, u32 codeCount) {
    return 1 + (u32)((mix(start + row * (u64)STEP) >> 32) * codeCount >> 32);
}

// rows[row][rowBytes]: dim halves each. With clusters a row is the sum of two draws, one of them its cluster's.
KERNEL(random_rows, (THREADS), u8* rows, u64 rowCount, u32 dim, u32 rowBytes, u64 start, u32 clusters) {
    const u64 clusterStart = mix(start);
    const u64 warps = (u64)grid_blocks() * (THREADS / 32);
    for (u64 row = (u64)block_id() * (THREADS / 32) + warp_id(); row < rowCount; row += warps) {
        u64 first = row * dim, firstOfCluster = clusters == 0 ? 0 : (u64)code_of(clusterStart, row, clusters) * dim;
        auto draw_at = [&](u32 i) {
            return draw(start, first + i) + (clusters == 0 ? 0 : draw(clusterStart, firstOfCluster + i));
        };
        u64 squares = 0;
        for (u32 i = lane_id(); i < dim; i += 32) {
            i64 value = draw_at(i);
            squares += (u64)(value * value);
        }

#pragma unroll
        for (u32 distance = 16; distance > 0; distance /= 2) squares += warp_shuffle_xor(squares, distance);

        float scale = (float)divide(1.0, square_root((double)squares));
        u16* to = (u16*)(rows + row * rowBytes);
        for (u32 i = lane_id(); i < dim; i += 32) to[i] = half_from_float((float)draw_at(i) * scale);
    }
}

// rows[row][rowBytes]: dim whole numbers each; scales[row].
KERNEL(random_int8_rows, (THREADS), u8* rows, u16* scales, u64 rowCount, u32 dim, u32 rowBytes, u64 start) {
    const u64 warps = (u64)grid_blocks() * (THREADS / 32);
    for (u64 row = (u64)block_id() * (THREADS / 32) + warp_id(); row < rowCount; row += warps) {
        u64 first = row * dim;
        u32 largest = 0, squares = 0;
        for (u32 i = lane_id(); i < dim; i += 32) {
            i32 value = draw(start, first + i);
            u32 size = (u32)(value < 0 ? -value : value);
            if (size > largest) largest = size;
        }

#pragma unroll
        for (u32 distance = 16; distance > 0; distance /= 2) {
            u32 other = warp_shuffle_xor(largest, distance);
            if (other > largest) largest = other;
        }

        signed char* to = (signed char*)(rows + row * rowBytes);
        for (u32 i = lane_id(); i < dim; i += 32) {
            i32 value = draw(start, first + i);
            u32 size = (2 * VALUE_MAX * (u32)(value < 0 ? -value : value) + largest) / (2 * largest);
            to[i] = (signed char)(value < 0 ? -(i32)size : (i32)size);
            squares += size * size;
        }

#pragma unroll
        for (u32 distance = 16; distance > 0; distance /= 2) squares += warp_shuffle_xor(squares, distance);
        if (lane_id() == 0) scales[row] = half_from_float((float)divide(1.0, square_root((double)squares)));
    }
}

template <class Code> DEVICE void random_code(u8* codes, u64 row, u32 codeCount, u64 start) {
    ((Code*)codes)[row] = (Code)code_of(start, row, codeCount);
}

// codes[row], of elementBytes (1, 2 or 4) each.
KERNEL(random_codes, (THREADS), u8* codes, u64 rowCount, u32 elementBytes, u32 codeCount, u64 start) {
    const u64 threads = (u64)grid_blocks() * THREADS;
    for (u64 row = (u64)block_id() * THREADS + thread_id(); row < rowCount; row += threads) {
        if (elementBytes == sizeof(u8)) random_code<u8>(codes, row, codeCount, start);
        else if (elementBytes == sizeof(u16)) random_code<u16>(codes, row, codeCount, start);
        else random_code<u32>(codes, row, codeCount, start);
    }
}
