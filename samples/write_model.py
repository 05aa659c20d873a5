"""Writes a model file without Linr: items, attributes, an embedding, a query tower and a Hadamard similarity.

    python3 samples/write_model.py by_library model.linr    # with the safetensors library
    python3 samples/write_model.py by_hand model.linr       # with NumPy alone

The weights are random here. Those of PyTorch have the same names and shapes: linear.weight is [out, in], and
state_dict() tensors need .numpy() (or safetensors.torch.save_file instead of safetensors.numpy.save_file).
Prints, as JSON, what a search must find.
"""
import json, struct, sys
import numpy as np

ITEMS, DIM, HALF, HIDDEN, HEADS, LENGTH = 500, 16, 6, 4, 2, 5
random = np.random.default_rng(7)
weights = lambda *shape: (random.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)

# --- items: ids, a keyword attribute, a number, an embedding ---------------------------------------------------------
ids = np.arange(1, ITEMS + 1, dtype=np.int64) * 10
genres = ["comedy", "drama", "crime"]
genre = random.integers(0, len(genres) + 1, ITEMS).astype(np.uint8)  # 0 is none, code c is keyword c - 1
year = random.integers(1950, 2025, ITEMS).astype(np.int64)
rows = weights(ITEMS, DIM)
text = "".join(genres).encode()
tensors = {
    "ids/values": ids,
    "fields/genre/codes": genre,
    "dictionaries/genre/offsets": np.cumsum([0] + [len(one) for one in genres]).astype(np.int64),
    "dictionaries/genre/bytes": np.frombuffer(text, np.uint8),
    "fields/year/values": year,
    "embeddings/main/rows": rows,
    "embeddings/main/norms": np.linalg.norm(rows, axis=1).astype(np.float32),
}

# --- a query tower: attention over the history, a linear layer -------------------------------------------------------
tensors["query/pool"] = weights(HEADS, DIM)
tensors["query/weight"] = weights(DIM, HEADS * DIM)
tensors["query/bias"] = weights(DIM)
layer = lambda kind, name, inputs, numbers={}, field=None, **names: {
    "kind": kind, "name": name, "inputs": inputs, "tensors": names, "numbers": numbers,
    **({"field": field} if field else {})}
query_tower = {"name": "query", "embedding": "main", "dim": DIM, "layers": [
    layer("history_embedding", "history", [], {"length": LENGTH}),
    layer("attention_pool", "pool", ["history"], query="query/pool"),
    layer("linear", "output", ["pool"], weight="query/weight", bias="query/bias")]}

# --- a Hadamard MLP: a head for queries, a head for items whose output is an embedding, a small network ---------------
tensors["hadamard/query/weight"] = weights(HALF, DIM)
tensors["hadamard/item/weight"] = weights(HALF, DIM)
tensors["hadamard/inner"], tensors["hadamard/inner_bias"] = weights(HIDDEN, HALF), weights(HIDDEN)
tensors["hadamard/outer"], tensors["hadamard/outer_bias"] = weights(HIDDEN), weights(1)
relu = lambda x: np.maximum(x, 0)
halves = relu(rows @ tensors["hadamard/item/weight"].T).astype(np.float32)
tensors["embeddings/main.hadamard/rows"] = halves
tensors["embeddings/main.hadamard/norms"] = np.linalg.norm(halves, axis=1).astype(np.float32)
head = lambda name, embedding: {"name": name, "embedding": embedding, "dim": HALF, "layers": [
    layer("embedding", "input", [], {"dim": DIM}, "main"),
    layer("linear", "projection", ["input"], weight=f"hadamard/{name}/weight"),
    layer("relu", "half", ["projection"])]}
similarity = {"kind": "hadamard_mlp", "name": "hadamard", "query": head("query", "main.hadamard"),
              "items": [head("item", "main.hadamard")],
              "tensors": {role: f"hadamard/{role}" for role in ("inner", "inner_bias", "outer", "outer_bias")},
              "numbers": {}}

# --- metadata ---------------------------------------------------------------------------------------------------------
embedding = lambda name, dim: {"name": name, "dim": dim, "metric": "dot", "rows": "float32"}
metadata = {
    "linr.format": "1",
    "linr.version": "by Python",
    "linr.checksums": "none",
    "linr.schema": json.dumps({
        "id": "integer",
        "fields": [{"name": "genre", "type": "keyword", "roles": ["attribute"], "multiValued": False},
                   {"name": "year", "type": "integer", "roles": ["attribute"], "multiValued": False}],
        "embeddings": [embedding("main", DIM), embedding("main.hadamard", HALF)]}),
    "linr.layers": json.dumps([query_tower]),
    "linr.similarities": json.dumps([similarity]),
}


def by_library(path):
    from safetensors.numpy import save_file
    save_file(tensors, path, metadata)


def by_hand(path):
    """As the library does: wide elements first, so that every tensor starts at a multiple of its element's size."""
    names = {"float32": "F32", "int64": "I64", "uint8": "U8"}
    header, start = {"__metadata__": metadata}, 0
    ordered = sorted(tensors.items(), key=lambda pair: (-pair[1].dtype.itemsize, pair[0]))
    for name, tensor in ordered:
        header[name] = {"dtype": names[tensor.dtype.name], "shape": list(tensor.shape),
                        "data_offsets": [start, start + tensor.nbytes]}
        start += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in ordered:
            file.write(np.ascontiguousarray(tensor).tobytes())


{"by_library": by_library, "by_hand": by_hand}[sys.argv[1]](sys.argv[2])

# --- the same search in NumPy -----------------------------------------------------------------------------------------
history = [30, 40, 1000, 2500, 70, 4990, 120]  # oldest first: the tower reads the latest five
seen = rows[[i // 10 - 1 for i in history[-LENGTH:]]]
logits = tensors["query/pool"] @ seen.T / np.sqrt(DIM)
attention = np.exp(logits - logits.max(axis=1, keepdims=True))
attention /= attention.sum(axis=1, keepdims=True)
query = (attention @ seen).reshape(-1) @ tensors["query/weight"].T + tensors["query/bias"]
half = relu(tensors["hadamard/query/weight"] @ query)
hidden = relu((halves * half) @ tensors["hadamard/inner"].T + tensors["hadamard/inner_bias"])
scores = {"dot": rows @ query, "hadamard": hidden @ tensors["hadamard/outer"] + tensors["hadamard/outer_bias"]}
passes = (genre == 1 + genres.index("comedy")) & (year >= 1980) & ~np.isin(ids, history)
print(json.dumps({"history": history, "filter": "genre = 'comedy' and year >= 1980", **{
    name: {str(ids[i]): float(values[i]) for i in np.flatnonzero(passes)} for name, values in scores.items()}}))
