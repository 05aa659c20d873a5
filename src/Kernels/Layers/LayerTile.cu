// What the steps of a list of layers share: where a tile's samples, its inputs and its activations are.

constexpr u32 Warps = THREADS / 32;
constexpr u32 LoadsInFlight = 8; // of a thread

// Where a layer's output is: at offset * samples of a tile + row * stride + column of the tile's memory.
struct View { u32 offset, column, stride; };

// CudaLayerStep in C#.
struct Step {
    const float* weight; // linear: [in][out to a multiple of 4]; else as the layer has it
    const float* bias;   // or null
    double epsilon;
    float factor;
    u32 op;
    u32 curve;      // linear: what is done to each output; OP_LINEAR is nothing
    u32 isSequence; // rows are places, not samples
    u32 width;      // of the output
    u32 inWidth;
    u32 source;     // which source's bags or values
    u32 count;      // position: rows of the weight; attentions: heads
    View input, output, shares;
    View key, value; // causal attention
    u32 distances;   // causal attention: entries a head of the bias
};

struct Tile {
    const u32* inputs;
    float* memory;
    u32 samplesMax;   // of any tile
    u32 first, count; // samples
    const u32* starts; // of the samples' places; null where there are no sequences
};

DEVICE u32 minimum(u32 a, u32 b) { return a < b ? a : b; }
DEVICE u32 first_row(const Tile& tile, const Step& step) {
    return step.isSequence ? tile.starts[tile.first] : tile.first;
}
DEVICE u32 row_count(const Tile& tile, const Step& step) {
    return step.isSequence ? tile.starts[tile.first + tile.count] - tile.starts[tile.first] : tile.count;
}
DEVICE float* row_of(const Tile& tile, const View& view, u32 row) {
    return tile.memory + (u64)view.offset * tile.samplesMax + (u64)row * view.stride + view.column;
}
DEVICE const u32* source_starts(const Tile& tile, const Step& step) {
    return tile.inputs + tile.inputs[INPUT_SOURCES + 2 * step.source];
}
DEVICE const u32* source_data(const Tile& tile, const Step& step) {
    return tile.inputs + tile.inputs[INPUT_SOURCES + 2 * step.source + 1];
}

// In every lane; the order depends on nothing.
template <class T> DEVICE T warp_total(T v) {
#pragma unroll
    for (u32 distance = 16; distance > 0; distance /= 2) v = v + warp_shuffle_xor(v, distance);
    return v;
}
