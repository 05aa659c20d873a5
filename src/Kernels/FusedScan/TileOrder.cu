// The order in which a scan takes its tiles. Defines: UNIT_TILE_BITS, UNITS_MAX

// Which of the tiles is the n-th to be scanned; past the last tile there is none. Whole units of tiles change places.
struct TileOrder {
    u32 unitBits, units, factor;

    DEVICE_MEMBER void start(u32 tiles) {
        unitBits = UNIT_TILE_BITS;
        while (tiles >> unitBits >= UNITS_MAX) unitBits++;
        units = (tiles + (1u << unitBits) - 1) >> unitBits;
        factor = units == 0 ? 0 : 2654435761u % units; // a prime: no two units meet
    }

    DEVICE_MEMBER u32 count() const { return units << unitBits; }

    DEVICE_MEMBER u32 tile(u32 n) const {
        return ((n >> unitBits) * factor % units << unitBits) + (n & ((1u << unitBits) - 1));
    }
};
