// Defines: ELEMENT_* (CudaElement).

// Whole numbers of 8 bits times their scale are floats.
template <u32 element> DEVICE float row_value(const u8* row, float scale, u32 i) {
    if (element == ELEMENT_FLOAT32) return ((const float*)row)[i];
    if (element == ELEMENT_INT8) return scale * (float)((const signed char*)row)[i];
    if (element == ELEMENT_SIGNCODE) return (row[i / 8] >> (i % 8) & 1) != 0 ? 1.0f : -1.0f;
    u16 bits = ((const u16*)row)[i];
    return element == ELEMENT_FLOAT16 ? float_from_half(bits) : float_from_bfloat(bits);
}
