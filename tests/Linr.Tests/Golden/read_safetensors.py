"""Shows what is in a model file, as a NumPy user finds it."""
import json, sys
import numpy as np
import read_safetensors_file

metadata, tensors = read_safetensors_file.READERS[sys.argv[1]](sys.argv[2])
strings = lambda name, ends: [bytes(tensors[name][a:b]).decode() for a, b in zip(ends, ends[1:])]
tags = strings("dictionaries/tags/bytes", tensors["dictionaries/tags/offsets"])
row_ends = tensors["fields/tags/offsets"]
print("format", metadata["linr.format"], "fields", len(json.loads(metadata["linr.schema"])["fields"]))
print("ids", *strings("ids/bytes", tensors["ids/offsets"]))
print("tags of row 0:", *(tags[code - 1] for code in tensors["fields/tags/codes"][row_ends[0]:row_ends[1]]))
print("main", tensors["embeddings/main/rows"].shape, tensors["embeddings/main/rows"].view(np.uint32)[0].tolist())
print("half", tensors["embeddings/half/rows"].dtype, tensors["embeddings/half/rows"][0].tolist())
