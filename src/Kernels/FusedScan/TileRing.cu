// The ring of tiles that a warp has to itself, and where the warp is in it. Facts know what rows lie in, how many there
// are, and in which order their tiles are taken.
// Defines: ROOM_ROWS, RING_WARPS.

#define NO_TILE 0xffffffffu

// Where a warp is: the place in the ring, the number of the tile to ask for next, the rows and the queries that are
// multiplied, which of their sums do not wait yet, how many wait, and after how many tiles cuts are to rise. Lane s
// knows the first row of the tile in stage s, or that there is none.
struct Place { u32 slot, phase, ahead, part, group, left, count, tiles, first; };

// The first row of the warp's next tile, or that there is none; the lane of its stage keeps it.
template <class OfScan> DEVICE u32 next_tile(const OfScan& facts, Place& place, u32 slot) {
    u32 row = NO_TILE;
    for (; place.ahead < facts.all && row == NO_TILE; place.ahead += grid_blocks() * RING_WARPS) {
        u64 start = (u64)facts.order.tile(place.ahead) * facts.tileRows;
        if (start < facts.rowCount) row = (u32)start;
    }

    if (lane_id() == slot) place.first = row;
    return row;
}

// Rows of the tile at `row` that there are or, since there is room for whole groups of rows, may be copied.
template <class OfScan> DEVICE u32 tile_rows_at(const OfScan& facts, u32 row) {
    u64 end = ((u64)facts.rowCount + ROOM_ROWS - 1) / ROOM_ROWS * ROOM_ROWS;
    return end - row < facts.tileRows ? (u32)(end - row) : facts.tileRows;
}

// The next stage's turn.
DEVICE void go_on(Place& place, u32 stages) {
    place.slot++;
    if (place.slot == stages) {
        place.slot = 0;
        place.phase ^= 1;
    }
}
