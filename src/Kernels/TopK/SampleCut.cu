// The cut that a sample of scores allows: its k-th best, which Bounds.cu finds, less the error.
// Defines: THREADS, BIN_BITS, SAMPLE_LIST, WORK_BYTES, LISTED (SearchWay)

constexpr u32 MinusInfinity = 0x007fffff; // ordered_bits

struct Listed { const u32* values; };
DEVICE bool read(const Listed& s, u32 i, u32& value) {
    value = s.values[i];
    return value > MinusInfinity;
}

struct Sample { const float* scores; };
DEVICE bool read(const Sample& s, u32 i, u32& value) {
    value = ordered_bits(s.scores[i]);
    return value > MinusInfinity;
}

// A value that a few more than k of the sample should reach, by four in `length / THREADS` of its scores.
DEVICE u32 probe(const float* scores, u32 length, u32 rank, u32* list, Work* work) {
    u64 four = (u64)thread_id() * (length / 4) / THREADS;
    U4 loaded = load_stream16(scores + 4 * four);
    list[thread_id()] = ordered_bits(float_from_bits(loaded.x));
    list[thread_id() + THREADS] = ordered_bits(float_from_bits(loaded.y));
    list[thread_id() + 2 * THREADS] = ordered_bits(float_from_bits(loaded.z));
    list[thread_id() + 3 * THREADS] = ordered_bits(float_from_bits(loaded.w));
    Listed probed = {list};
    find_range(probed, 4 * THREADS, work);
    return work->count < rank ? MinusInfinity + 1
                              : find_bound(probed, 4 * THREADS, rank, rank + rank / 2, work).value;
}

// Collects the scores that reach `bound` in the list, at most SAMPLE_LIST; work->next says how many there are.
DEVICE void collect(const float* scores, u32 length, u32 bound, u32* list, Work* work) {
    block_sync();
    if (thread_id() == 0) work->next = 0;
    block_sync();
    u32 fours = length / 4;
    for (u32 first = warp_id() * 32; first < fours; first += ReadsInFlight * THREADS) {
        U4 loaded[ReadsInFlight] = {};
#pragma unroll
        for (u32 u = 0; u < ReadsInFlight; u++) {
            u32 four = first + u * THREADS + lane_id();
            if (four < fours) loaded[u] = load_stream16(scores + 4ull * four);
        }

        u32 values[4 * ReadsInFlight], mine = 0;
#pragma unroll
        for (u32 v = 0; v < 4 * ReadsInFlight; v++) {
            U4 from = loaded[v / 4];
            u32 bits = v % 4 == 0 ? from.x : v % 4 == 1 ? from.y : v % 4 == 2 ? from.z : from.w;
            bool inside = first + v / 4 * THREADS + lane_id() < fours;
            values[v] = inside ? ordered_bits(float_from_bits(bits)) : 0;
            mine += values[v] >= bound ? 1 : 0;
        }

        if (warp_ballot(mine > 0) == 0) continue;
        u32 end = warp_prefix(mine), at = 0;
        if (lane_id() == 31) at = shared_add(&work->next, end);
        at = warp_shuffle(at, 31) + end - mine;
#pragma unroll
        for (u32 v = 0; v < 4 * ReadsInFlight; v++) {
            if (values[v] >= bound) {
                if (at < SAMPLE_LIST) list[at] = values[v];
                at++;
            }
        }
    }

    block_sync();
}

// Where `ways` is there, only of the queries that are scanned for in the list, of each as many parts as there are for each query.
// cuts[q]: the k-th best of scores[q][length] minus errors[q], rounded down; minus infinity where fewer are above it.
// rank: which of the probe's to take for a first bound; 0: no probe.
KERNEL(sample_cut, (THREADS, 2), const float* allScores, u32 length, u32 k, u32 rank, const float* errors,
       float* cuts, const u32* ways, u32 parts) {
    if (ways != nullptr && ways[block_id() / parts] != LISTED) return;
    SHARED_BYTES(bytes);
    Work* work = (Work*)bytes;
    u32* list = (u32*)(work + 1);
    u32 query = block_id(), found = MinusInfinity;
    const float* scores = allScores + (u64)query * length;
    bool isListed = false;
    if (rank > 0) {
        u32 bound = probe(scores, length, rank, list, work);
        collect(scores, length, bound, list, work);
        u32 collected = work->next;
        isListed = collected <= SAMPLE_LIST && (collected >= k || bound == MinusInfinity + 1);
        if (isListed && collected >= k) {
            Listed listed = {list};
            find_range(listed, collected, work);
            found = find_bound(listed, collected, k, 0, work).value;
        }
    }

    if (!isListed) {
        Sample sample = {scores};
        find_range(sample, length, work);
        if (work->count >= k) found = find_bound(sample, length, k, 0, work).value;
    }

    if (thread_id() == 0) {
        double exact = (double)float_from_ordered(found) - (double)errors[query];
        float cut = (float)exact;
        cuts[query] = (double)cut > exact ? float_from_ordered(ordered_bits(cut) - 1) : cut;
    }
}
