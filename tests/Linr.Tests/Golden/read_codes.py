"""Makes the codes of a model file's rows again, from their description alone, and counts those that agree."""
import json, sys
import numpy as np
import read_safetensors_file

WORD, STEP = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def sign_oporp(row, bits, seed):
    dim, state = len(row), mix((seed + STEP) & WORD)

    def draw():
        nonlocal state
        state = (state + STEP) & WORD
        return mix(state)

    permutations = 1 if bits <= dim else -(-bits // max(1, dim // 4))
    code, bit = 0, 0
    for p in range(permutations):
        order = [0] * dim
        for i in range(dim):
            at = draw() % (i + 1)
            order[i], order[at] = order[at], i
        signed = [row[d] if draw() % 2 == 0 else -row[d] for d in order]
        bins = bits * (p + 1) // permutations - bit
        for b in range(bins):
            total = np.float32(0)
            for value in signed[dim * b // bins:dim * (b + 1) // bins]:
                total += value
            code |= int(total >= 0) << (bit + b)
        bit += bins
    return [code >> (64 * w) & WORD for w in range(bits // 64)]


metadata, tensors = read_safetensors_file.READERS[sys.argv[1]](sys.argv[2])
agree = []
for embedding in json.loads(metadata["linr.schema"])["embeddings"]:
    name = embedding["name"]
    numbers = [int(n) for n in embedding["codes"].removeprefix("sign-oporp(").removesuffix(")").split(",")]
    bits, seed = (numbers + [0])[:2]
    rows = tensors[f"embeddings/{name}/rows"]
    if rows.dtype == np.uint16:  # bfloats: the upper halves of floats
        rows = (rows.astype(np.uint32) << 16).view(np.float32)
    codes = tensors[f"embeddings/{name}/codes"]
    same = sum(sign_oporp(row, bits, seed) == code.tolist() for row, code in zip(rows.astype(np.float32), codes))
    agree.append(f"{name} {same} of {len(rows)}")
print(", ".join(agree))
