// Cuts by estimate, which a scan of scattered tiles may take long before k rows have been seen: a score that so many of
// the tiles seen so far reach that k tiles, each with a row at least, will most likely reach it in the end. Tiles are
// counted and not rows, since like rows often lie together. Where the data misled it, fewer than k survivors reach the
// last cut, scan_end says so, and the batch is scanned again without.

// Of tiles that are drawn at random in bunches of up to `bunch`, so many are to reach a score that fewer of all tiles
// than are `expected` of those drawn do so with a probability of exp(-surety) at most (Bernstein's inequality).
DEVICE u32 tiles_needed(float expected, float bunch, float surety) {
    float linear = surety * bunch * (1 / 3.0f);
    return (u32)(expected + linear + quick_square_root(linear * linear + 2 * surety * bunch * expected)) + 1;
}
