"""Opens a model file the way a NumPy user would, from the public description of the format alone."""
import json, struct, sys
import numpy as np

TYPES = {"BOOL": np.bool_, "U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64,
         "I64": np.int64, "F16": np.float16, "BF16": np.uint16, "F32": np.float32, "F64": np.float64}


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


READERS = {"by_hand": by_hand, "by_library": by_library}
