// The order in which a scan takes its tiles. Defines: UNIT_TILE_BITS, UNITS_MAX

// x / m, rounded down, while that is less than 2^20. The operator is a call, beside which ptxas runs products of a
// warpgroup one after the other.
DEVICE u32 quotient(u32 x, u32 m) {
    u32 q = (u32)((float)x * reciprocal((float)m));
    i32 left = (i32)(x - q * m);
    return left < 0 ? q - 1 : (u32)left >= m ? q + 1 : q;
}
DEVICE u32 remainder_of(u32 x, u32 m) { return x - quotient(x, m) * m; }

// Which of the tiles is the n-th to be scanned; past the last tile there is none. Whole units of tiles change places.
struct TileOrder {
    u32 unitBits, units, factor;

    DEVICE_MEMBER void start(u32 tiles) {
        unitBits = UNIT_TILE_BITS;
        while (tiles >> unitBits >= UNITS_MAX) unitBits++;
        units = (tiles + (1u << unitBits) - 1) >> unitBits;
        if (units == 0) return;
        // The prime 2654435761 = 40503 * 65536 + 31153, so that no two units meet; in steps that stay below 2^32.
        factor = remainder_of(40503u, units);
        factor = remainder_of(factor << 8, units);
        factor = remainder_of(remainder_of(factor << 8, units) + 31153u, units);
    }

    DEVICE_MEMBER u32 count() const { return units << unitBits; }

    DEVICE_MEMBER u32 tile(u32 n) const {
        return (remainder_of((n >> unitBits) * factor, units) << unitBits) + (n & ((1u << unitBits) - 1));
    }

    // The n-th of tiles from all over the table: each of another unit, as long as there are units.
    DEVICE_MEMBER u32 spread(u32 n) const {
        u32 round = quotient(n, units), unit = n - round * units;
        return tile((unit << unitBits) + ((unit + round) & ((1u << unitBits) - 1)));
    }
};
