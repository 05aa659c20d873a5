"""Opens a model file the way a NumPy user would, from the public description of the format alone."""
import json, struct, sys
import numpy as np

TYPES = {"BOOL": np.bool_, "U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64,
         "I64": np.int64, "F16": np.float16, "F32": np.float32, "F64": np.float64}


def by_hand(path):
    data = open(path, "rb").read()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata, start = header.pop("__metadata__"), 8 + length
    assert max(t["data_offsets"][1] for t in header.values()) + start == len(data)
    return metadata, {name: np.frombuffer(data[start + t["data_offsets"][0]:start + t["data_offsets"][1]],
                                          TYPES[t["dtype"]]).reshape(t["shape"]) for name, t in header.items()}


def by_library(path):
    import safetensors
    with safetensors.safe_open(path, framework="numpy") as file:
        return file.metadata(), {name: file.get_tensor(name) for name in file.keys()}


metadata, tensors = {"by_hand": by_hand, "by_library": by_library}[sys.argv[1]](sys.argv[2])
strings = lambda name, ends: [bytes(tensors[name][a:b]).decode() for a, b in zip(ends, ends[1:])]
tags = strings("dictionaries/tags/bytes", tensors["dictionaries/tags/offsets"])
row_ends = tensors["fields/tags/offsets"]
print("format", metadata["linr.format"], "fields", len(json.loads(metadata["linr.schema"])["fields"]))
print("ids", *strings("ids/bytes", tensors["ids/offsets"]))
print("tags of row 0:", *(tags[code - 1] for code in tensors["fields/tags/codes"][row_ends[0]:row_ends[1]]))
print("main", tensors["embeddings/main/rows"].shape, tensors["embeddings/main/rows"].view(np.uint32)[0].tolist())
print("half", tensors["embeddings/half/rows"].dtype, tensors["embeddings/half/rows"][0].tolist())
