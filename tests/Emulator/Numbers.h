// 16-bit floats, exactly as the hardware converts them.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace emulator {

inline uint32_t bits_of(float v) { uint32_t b; memcpy(&b, &v, 4); return b; }
inline float float_of(uint32_t b) { float v; memcpy(&v, &b, 4); return v; }

inline float half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 31) return float_of(sign | 0x7f800000 | fraction << 13 | (fraction != 0 ? 0x400000 : 0));
    if (exponent != 0) return float_of(sign | (exponent + 112) << 23 | fraction << 13);
    float v = std::ldexp((float)fraction, -24);
    return sign != 0 ? -v : v;
}

// To the nearest, ties to even; NaN becomes 0x7fff.
inline uint16_t float_to_half(float v) {
    uint32_t bits = bits_of(v), sign = bits >> 16 & 0x8000;
    float size = std::fabs(v);
    if (std::isnan(v)) return 0x7fff;
    if (size >= 65520.0f) return (uint16_t)(sign | 0x7c00);
    if (size < 6.103515625e-05f) return (uint16_t)(sign | (uint32_t)std::nearbyint(std::ldexp((double)size, 24)));
    uint32_t magnitude = (bits & 0x7fffffff) - (112u << 23);
    return (uint16_t)(sign | (magnitude + 0xfff + (magnitude >> 13 & 1)) >> 13);
}

inline uint16_t float_to_bfloat(float v) {
    uint32_t bits = bits_of(v);
    return std::isnan(v) ? 0x7fff : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}
