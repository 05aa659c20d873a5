// The finish of a scan, a block a query: where to cut a list of survivors (top_k_cut), and the order of those whose
// canonical scores are known by then (top_k_sort). Bounds.cu finds the K-th best.
// The sort puts words into the histogram's bins and settles each bin by comparing; where many words share a bin (ties,
// scores far from all others) it sorts by comparing in log^2 steps. TopKWide.cu has what a block alone would be slow at.
// Defines: THREADS, BIN_BITS, STASH, SORT_MAX, BIN_WORDS_MAX, SLACK_SHARE, WORK_BYTES, STATUS_*

constexpr u32 LoadsInFlight = 8; // of a thread

// --- the cut of a list of survivors ----------------------------------------------------------------------------------
struct Survivors {
    const u64* words; // (ordered_bits(lower) << 32) | row
    const u32* stash; // the first STASH upper halves
};

DEVICE u32 lower_bits(const Survivors& s, u32 i) { return i < STASH ? s.stash[i] : (u32)(s.words[i] >> 32); }
DEVICE bool read(const Survivors& s, u32 i, u32& value) {
    value = lower_bits(s, i);
    return true;
}

DEVICE void load_survivors(const u64* words, u32 count, u32* stash, Work* work) {
    u32 low = 0xffffffff, high = 0, mine = 0;
    start_range(work);
    for (u32 first = thread_id(); first < count; first += LoadsInFlight * THREADS) {
        u64 loaded[LoadsInFlight];
#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++) {
            u32 i = first + u * THREADS;
            loaded[u] = i < count ? words[i] : 0;
        }

#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++) {
            u32 i = first + u * THREADS, value = (u32)(loaded[u] >> 32);
            if (i < count) {
                if (i < STASH) stash[i] = value;
                low = value < low ? value : low;
                high = value > high ? value : high;
                mine++;
            }
        }
    }

    end_range(work, low, high, mine);
}

DEVICE bool may_reach(const Survivors& s, u32 i, float reach, float cut) {
    return float_from_ordered(lower_bits(s, i)) + reach >= cut;
}

// This thread's pairs: their rows are asked for together.
DEVICE void put_pairs(const Survivors& s, u32 count, float cut, float reach, u32 query, u64* pairs) {
    for (u32 first = thread_id(); first < count; first += LoadsInFlight * THREADS) {
        u64 loaded[LoadsInFlight];
        u32 kept = 0;
#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++) {
            u32 i = first + u * THREADS;
            bool keeps = i < count && may_reach(s, i, reach, cut);
            kept |= (keeps ? 1u : 0u) << u;
            loaded[u] = keeps ? s.words[i] : 0;
        }

#pragma unroll
        for (u32 u = 0; u < LoadsInFlight; u++)
            if ((kept >> u & 1) != 0) *pairs++ = loaded[u] << 32 | query;
    }
}

// The pairs (query, row) whose canonical score may reach the k-th best: those of a query lie together, from starts[q].
// *pairCount is zero at the start, unless there is one query.
KERNEL(top_k_cut, (THREADS, 2), const u64* words, const u32* counts, const float* cuts, const float* twice,
       u32 capacity, u32 k, u32* pairCount, u32* starts, u32* kept, u64* pairs) {
    SHARED_BYTES(bytes);
    Work* work = (Work*)bytes;
    u32* stash = (u32*)(work + 1);
    u32 query = block_id(), count = counts[query];
    if (count > capacity) {
        if (thread_id() == 0) {
            kept[query] = starts[query] = 0;
            if (grid_blocks() == 1) *pairCount = 0;
        }

        return;
    }

    Survivors list = {words + (u64)query * capacity, stash};
    float cut = cuts[query], reach = twice[query];
    load_survivors(list.words, count, stash, work);
    if (count > k) {
        float raised = float_from_ordered(find_bound(list, count, k, k + k / SLACK_SHARE, work).value);
        cut = raised > cut ? raised : cut;
    }

    u32 mine = 0, total;
#pragma unroll 4
    for (u32 i = thread_id(); i < count; i += THREADS) mine += may_reach(list, i, reach, cut) ? 1 : 0;
    u32 at = sum_before(mine, work, total);
    if (thread_id() == 0) {
        work->next = grid_blocks() == 1 ? 0 : global_add(pairCount, total);
        if (grid_blocks() == 1) *pairCount = total;
        starts[query] = work->next;
        kept[query] = total;
    }

    block_sync();
    put_pairs(list, count, cut, reach, query, pairs + work->next + at);
}

// --- the order of the kept -------------------------------------------------------------------------------------------
struct Kept {
    const u64* pairs; // row in the upper half
    const float* scores;
    const i64* keys; // by row, or null: the row itself
    const u32* bounds; // of the parts before `level`
    float cut;
    u32 level;
};

// Parts 0 to 3 of what the order is about, the first better where higher: score, upper and lower key, row.
DEVICE u32 part(const Kept& s, u32 i, u32 level) {
    if (level == 0) return ordered_bits(s.scores[i]);
    u32 row = (u32)(s.pairs[i] >> 32);
    if (level == 3 || s.keys == nullptr) return level == 1 ? 0 : ~row;
    u64 key = (u64)s.keys[row];
    return level == 1 ? ~((u32)(key >> 32) ^ 0x80000000u) : ~(u32)key;
}

DEVICE bool read(const Kept& s, u32 i, u32& value) {
    if (s.scores[i] < s.cut) return false;
    for (u32 level = 0; level < s.level; level++)
        if (part(s, i, level) != s.bounds[level]) return false;
    value = part(s, i, s.level);
    return true;
}

// Whether it reaches the bounds of the parts up to `level`.
DEVICE bool reaches(const Kept& s, u32 i) {
    if (s.scores[i] < s.cut) return false;
    for (u32 level = 0; level <= s.level; level++) {
        u32 value = part(s, i, level);
        if (value != s.bounds[level]) return value > s.bounds[level];
    }

    return true;
}

DEVICE bool is_before(u64 first, i64 firstKey, u64 second, i64 secondKey) {
    u32 firstScore = (u32)(first >> 32), secondScore = (u32)(second >> 32);
    if (firstScore != secondScore) return firstScore > secondScore;
    return firstKey != secondKey ? firstKey < secondKey : (u32)first < (u32)second;
}

DEVICE i64 key_of(const i64* keys, u64 word) { return keys == nullptr ? (i64)(u32)word : keys[(u32)word]; }

struct Answer {
    u64* hits; // (score << 32) | row
    const i64* keys;
    u32 k;
};

DEVICE void put(const Answer& answer, Work* work, u32 place, u64 word) {
    if (place < answer.k)
        answer.hits[place] = (u64)float_bits(float_from_ordered((u32)(word >> 32))) << 32 | (u32)word;
    if (place + 1 == answer.k) work->edges[0] = word;
    if (place == answer.k) work->edges[1] = word;
}

// Words by their bins; false where a bin has too many to compare each with each.
DEVICE bool put_by_bins(const Answer& answer, Work* work, const u64* list, u64* placed, u32 count) {
    u32 high = work->high, shift = bin_shift(work->low, high), sum = 0, most = 0, total;
    clear_bins(work);
    if (thread_id() == 0) work->largest = 0;
    for (u32 first = warp_id() * 32; first < count; first += THREADS) {
        u32 i = first + lane_id();
        count_bin(work->bins, i < count ? (high - (u32)(list[i] >> 32)) >> shift : 0, i < count);
    }

    block_sync();
    u32* own = work->bins + BinsPerThread * thread_id();
    for (u32 b = 0; b < BinsPerThread; b++) {
        sum += own[b];
        most = own[b] > most ? own[b] : most;
    }

    most = warp_max(most);
    if (lane_id() == 0) shared_max(&work->largest, most);
    u32 start = sum_before(sum, work, total);
    if (work->largest > BIN_WORDS_MAX) return false;
    // From the end, so that each count is read: a vector load of a part of them would need a newer PTX version.
    for (u32 b = BinsPerThread, end = start + sum; b > 0; b--) own[b - 1] = end -= own[b - 1];

    block_sync();
    for (u32 i = thread_id(); i < count; i += THREADS)
        placed[shared_add(&work->bins[(high - (u32)(list[i] >> 32)) >> shift], 1u)] = list[i];
    block_sync();
    for (u32 i = thread_id(); i < count; i += THREADS) {
        u64 word = placed[i];
        // A bin's number has become its end.
        u32 bin = (high - (u32)(word >> 32)) >> shift, end = work->bins[bin], place = bin > 0 ? work->bins[bin - 1] : 0;
        for (u32 j = place, until = end; j < until; j++) {
            u64 other = placed[j];
            bool before = (other >> 32) != (word >> 32)
                ? other > word
                : j != i && is_before(other, key_of(answer.keys, other), word, key_of(answer.keys, word));
            place += before ? 1 : 0;
        }

        put(answer, work, place, word);
    }

    return true;
}

// Words by a bitonic sort.
DEVICE void put_by_comparing(const Answer& answer, Work* work, u64* list, i64* keys, u32 count) {
    u32 size = 2;
    while (size < count) size *= 2;
    for (u32 i = thread_id(); i < size; i += THREADS) {
        if (i >= count) list[i] = 0;
        keys[i] = i < count ? key_of(answer.keys, list[i]) : 0;
    }

    block_sync();
    for (u32 span = 2; span <= size; span *= 2) {
        for (u32 stride = span / 2; stride > 0; stride /= 2) {
            for (u32 i = thread_id(); i < size / 2; i += THREADS) {
                u32 a = 2 * i - (i & (stride - 1)), b = a + stride;
                u64 first = list[a], second = list[b];
                i64 firstKey = keys[a], secondKey = keys[b];
                bool swap = (a & span) == 0 ? is_before(second, secondKey, first, firstKey)
                                            : is_before(first, firstKey, second, secondKey);
                if (swap) {
                    list[a] = second;
                    list[b] = first;
                    keys[a] = secondKey;
                    keys[b] = firstKey;
                }
            }

            block_sync();
        }
    }

    for (u32 i = thread_id(); i < count; i += THREADS) put(answer, work, i, list[i]);
}

// Lists those that reach the bounds, the first SORT_MAX of them: work->count says how many there are.
DEVICE void gather(const Kept& kept, u32 count, u64* list, Work* work) {
    u32 low = 0xffffffff, high = 0, mine = 0;
    if (thread_id() == 0) work->next = 0;
    start_range(work);
    for (u32 first = warp_id() * 32; first < count; first += THREADS) {
        u32 i = first + lane_id(), at = 0;
        bool takes = i < count && reaches(kept, i);
        u32 taken = warp_ballot(takes);
        if (lane_id() == 0 && taken != 0) at = shared_add(&work->next, bit_count(taken));
        at = warp_shuffle(at, 0) + bit_count(taken & ((1u << lane_id()) - 1));
        if (takes) {
            u32 score = ordered_bits(kept.scores[i]);
            low = score < low ? score : low;
            high = score > high ? score : high;
            mine++;
            if (at < SORT_MAX) list[at] = (u64)score << 32 | (u32)(kept.pairs[i] >> 32);
        }
    }

    end_range(work, low, high, mine);
}

// Narrows the kept, more than SORT_MAX, to the best k and perhaps more, but no more than SORT_MAX.
DEVICE void narrow(Kept& kept, u32 count, u32 k, Work* work) {
    u32 need = k, most = SORT_MAX;
    while (true) {
        Bound bound = find_bound(kept, count, need, most, work);
        if (thread_id() == 0) work->bounds[kept.level] = bound.value;
        block_sync();
        if (bound.reached <= most) return;
        need -= bound.above;
        most -= bound.above;
        kept.level++;
        find_range(kept, count, work);
    }
}

// Whether more than k of the kept are as good as the k-th by score and key.
DEVICE bool has_ties(const Kept& kept, u32 count, u32 k, Work* work) {
    u64 last = work->edges[0];
    i64 lastKey = key_of(kept.keys, last);
    u32 mine = 0;
    for (u32 i = thread_id(); i < count; i += THREADS) {
        u32 score = ordered_bits(kept.scores[i]);
        u64 word = (u64)score << 32 | (u32)(kept.pairs[i] >> 32);
        mine += score > (u32)(last >> 32) || (score == (u32)(last >> 32) && key_of(kept.keys, word) <= lastKey) ? 1 : 0;
    }

    u32 total;
    sum_before(mine, work, total);
    return total > k;
}

// hits[q][k], hitCounts[q] and status[q] from scores[pair] of pairs[pair].
KERNEL(top_k_sort, (THREADS, 2), const u32* counts, const float* cuts, u32 capacity, u32 k, const u32* starts,
       const u32* keptCounts, const u64* pairs, const float* scores, const i64* keys, u64* hits, u32* hitCounts,
       u32* status) {
    SHARED_BYTES(bytes);
    u64* list = (u64*)bytes;
    u64* placed = list + SORT_MAX;
    Work* work = (Work*)(placed + SORT_MAX);
    u32 query = block_id(), count = keptCounts[query], start = starts[query];
    if (counts[query] > capacity) {
        if (thread_id() == 0) {
            hitCounts[query] = 0;
            status[query] = STATUS_OVERFLOW;
        }

        return;
    }

    Kept kept = {pairs + start, scores + start, keys, work->bounds, cuts[query], 0};
    Answer answer = {hits + (u64)query * k, keys, k};
    if (thread_id() < 4) work->bounds[thread_id()] = 0;
    gather(kept, count, list, work);
    u32 valid = work->count;
    if (valid > SORT_MAX) {
        narrow(kept, count, k, work);
        gather(kept, count, list, work);
    }

    if (work->count > 0 && !put_by_bins(answer, work, list, placed, work->count))
        put_by_comparing(answer, work, list, (i64*)placed, work->count);
    block_sync();
    bool ties = valid > k && keys != nullptr && (valid > SORT_MAX ? has_ties(kept, count, k, work)
        : (work->edges[0] >> 32) == (work->edges[1] >> 32)
            && key_of(keys, work->edges[0]) == key_of(keys, work->edges[1]));
    if (thread_id() == 0) {
        hitCounts[query] = valid < k ? valid : k;
        status[query] = ties ? STATUS_TIES : STATUS_OK;
    }
}
