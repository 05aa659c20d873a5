// Functions of one value. exp, erf and tanh are polynomials, so that the emulator gives the bits of a GPU.
// Defines: OP_*, ERF_*

// 2^n (1 + r + r^2 p(r)), |r| <= ln 2 / 2; within 2 units in the last place, between exp(-87) and exp(88).
DEVICE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    const float round = 12582912.0f; // 1.5 * 2^23: what is added to it loses its fraction
    float n = fused(x, 1.44269504f, round) - round;
    float r = fused(n, 2.12194440e-4f, fused(n, -0.693359375f, x));
    float p = 1.98756915e-4f;
    p = fused(p, r, 1.39819995e-3f);
    p = fused(p, r, 8.33345191e-3f);
    p = fused(p, r, 4.16657959e-2f);
    p = fused(p, r, 1.66666657e-1f);
    p = fused(p, r, 0.5f);
    return (fused(p, r * r, r) + 1.0f) * float_from_bits((u32)((i32)n + 127) << 23);
}

DEVICE float error_function(float x) {
    x = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x;
    const u32 over[] = {ERF_OVER_0, ERF_OVER_1, ERF_OVER_2, ERF_OVER_3, ERF_OVER_4, ERF_OVER_5, ERF_OVER_6};
    const u32 under[] = {ERF_UNDER_0, ERF_UNDER_1, ERF_UNDER_2, ERF_UNDER_3, ERF_UNDER_4};
    float square = x * x, p = 0, q = 0;
#pragma unroll
    for (u32 i = 0; i < 7; i++) p = fused(p, square, float_from_bits(over[i]));
#pragma unroll
    for (u32 i = 0; i < 5; i++) q = fused(q, square, float_from_bits(under[i]));
    return x * p / q;
}

DEVICE float hyperbolic_tangent(float x) {
    float e = exponential(x < 0 ? x + x : -x - x), size = (1.0f - e) / (1.0f + e);
    return x < 0 ? -size : size;
}

DEVICE float apply(u32 curve, float factor, float x) {
    switch (curve) {
    case OP_RELU: return x > 0 ? x : 0;
    case OP_GELU: return fused(0.5f * x, error_function(x * 0.70710678f), 0.5f * x);
    case OP_SILU: return x / (1.0f + exponential(-x));
    case OP_TANH: return hyperbolic_tangent(x);
    case OP_SCALE: return x * factor;
    default: return x;
    }
}
