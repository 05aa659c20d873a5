// The logits of pairs of a query and a row by a learned similarity: the bits of HadamardMlp and MixtureOfLogits. Each
// sum is one chain of fused steps in the order of its terms; what is side by side there, rows, is side by side here.
// Defines: those of SimilarityTable.cu, THREADS.

// What is no number is no hit.
DEVICE float or_lowest(float v) { return v == v ? v : float_from_bits(0xff800000u); }

// Network: a thread a pair. Mixture: a warp eight pairs, weights in shared memory if there is room (isShared).
template <u32 kind> DEVICE void score_pairs(const Similarity* at, const float* queries, const u32* pairs, u32 count,
                                            float* scores, u32 isShared) {
    const Similarity of = *at;
    if constexpr (kind == SIMILARITY_HADAMARD) {
        for (u32 i = block_id() * THREADS + thread_id(); i < count; i += grid_blocks() * THREADS)
            scores[i] = or_lowest(network_logit(of, queries + (u64)pairs[2 * i] * of.queryFloats, pairs[2 * i + 1]));
    } else {
        SHARED_BYTES(shared);
        float* floats = (float*)shared;
        MixtureWeights weights = load_weights(of, floats, isShared != 0);
        floats += (isShared != 0 ? weight_floats(of) : 0) + warp_id() * scratch_floats(of);
        block_sync();
        u32 warps = grid_blocks() * (THREADS / 32);
        for (u32 first = (block_id() * (THREADS / 32) + warp_id()) * PAIRS_AT_ONCE; first < count;
             first += warps * PAIRS_AT_ONCE) {
            u32 mine = first + (lane_id() & (PAIRS_AT_ONCE - 1)), safe = mine < count ? mine : count - 1;
            float logit = mixture_logits(at, weights, floats, queries, pairs[2 * safe], pairs[2 * safe + 1]);
            if (lane_id() < PAIRS_AT_ONCE && mine < count) scores[mine] = or_lowest(logit);
        }
    }
}

// scores[pair] for pairs[pair] = (query, row), as many as *pairCount says, at most `capacity`.
KERNEL(score_pairs_hadamard, (THREADS), const Similarity* of, const float* queries, const u32* pairs,
       const u32* pairCount, u32 capacity, float* scores, u32 isShared) {
    u32 count = *pairCount < capacity ? *pairCount : capacity;
    score_pairs<SIMILARITY_HADAMARD>(of, queries, pairs, count, scores, isShared);
}

KERNEL(score_pairs_mixture, (THREADS, 2), const Similarity* of, const float* queries, const u32* pairs,
       const u32* pairCount, u32 capacity, float* scores, u32 isShared) {
    u32 count = *pairCount < capacity ? *pairCount : capacity;
    score_pairs<SIMILARITY_MIXTURE>(of, queries, pairs, count, scores, isShared);
}

// The hits of a first stage as survivors that nothing is known of, a block a query. There is room for more hits than
// are wanted, *k of a query: the best are in front.
KERNEL(first_stage_survivors, (THREADS), const u64* hits, const u32* hitCounts, u32 hitsPerQuery, const u32* k,
       u64* words, u32* counts) {
    u32 query = block_id(), count = hitCounts[query] < *k ? hitCounts[query] : *k;
    for (u32 i = thread_id(); i < count; i += THREADS)
        words[(u64)query * hitsPerQuery + i] = (u64)0xff800000u << 32 | (u32)hits[(u64)query * hitsPerQuery + i];
    if (thread_id() == 0) counts[query] = count;
}
