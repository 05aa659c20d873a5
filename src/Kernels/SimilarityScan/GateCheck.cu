// The second estimate of a mixture by itself, for tests: of rows whose logits are given as halves, a warp for all.
// Defines: those of SimilarityGate.cu.

KERNEL(check_gate, (32), const Similarity* at, const float* numbers, u32 queryCount, const u8* logits, const u64* words,
       const u32* queries, u32 count, float* mixtures, float* errors) {
    SHARED_BYTES(shared);
    const Similarity of = *at;
    u32 lane = lane_id();
    float* own = (float*)(shared + GateWeights::bytes(of));
    u8* entries = (u8*)(own + queryCount * GATE_NUMBERS);
    GateWeights::load(of, shared);
    for (u32 i = lane; i < queryCount * GATE_NUMBERS; i += 32) own[i] = numbers[i];
    for (u32 first = 0; first < count; first += GATE_ROWS) {
        u32 here = count - first < GATE_ROWS ? count - first : GATE_ROWS;
        warp_sync();
        for (u32 i = lane; i < here * GATE_POSITIONS; i += 32)
            ((u16*)(entries + i / GATE_POSITIONS * GATE_ENTRY_BYTES))[i % GATE_POSITIONS] =
                ((const u16*)logits)[first * GATE_POSITIONS + i];
        warp_sync();
        Mixed mixed = mixed_rows(of, GateWeights::at(of, shared), own, pairs_of_lane(of), entries, words + first,
            queries + first, 0, here);
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
            u32 place = lane / 4 + 8 * i;
            if (lane % 4 != 0 || place >= here) continue;
            mixtures[first + place] = mixed.mixture[i];
            errors[first + place] = mixed.error[i];
        }
    }
}
