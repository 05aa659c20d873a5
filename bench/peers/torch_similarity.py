#!/usr/bin/env python3
"""Times PyTorch's exhaustive scans by learned similarities on a CUDA device, as a peer of bench/Device --similarity:
a Hadamard MLP as (W1 diag(u)) V^T, ReLU, dot and topk, and a mixture of logits in pieces of rows.

Needs PyTorch with CUDA. Prints JSON lines as torch_scan.py does. Times are by CUDA events, after the caches were
emptied.
"""
import argparse
import json
import statistics
import time

from torch_scan import make_rows

WIDTH, HIDDEN, COMPONENTS, ITEM_COMPONENTS, DIM, MIXTURE_HIDDEN, K = 50, 10, 8, 4, 64, 128, 2_000
PIECE_ROWS = 1 << 18
WARM_PASSES = 3


def measure(torch, search, passes):
    flush = torch.empty(1 << 28, dtype=torch.uint8, device="cuda")
    times = []
    for number in range(-WARM_PASSES, passes):
        flush.zero_()
        torch.cuda.synchronize()
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        search()
        end.record()
        torch.cuda.synchronize()
        if number >= 0:
            times.append(start.elapsed_time(end))
    return statistics.median(times)


def hadamard(torch, rows, batch):
    inner = torch.randn((HIDDEN, WIDTH), device="cuda").half()
    bias = torch.randn((HIDDEN, 1), device="cuda").half()
    outer = torch.randn(HIDDEN, device="cuda").half()
    halves = torch.nn.functional.normalize(torch.randn((batch, WIDTH), device="cuda")).half()

    def logits(query, rows):
        return outer @ torch.relu((inner * query) @ rows.T + bias)

    def search(of=logits):
        return [torch.topk(of(query, rows), K) for query in halves]

    compiled = torch.compile(logits)
    return {"eager": search, "compiled": lambda: search(compiled)}


def mixture(torch, rows, gates, batch):
    pairs = COMPONENTS * ITEM_COMPONENTS
    inner = (torch.randn((MIXTURE_HIDDEN, pairs), device="cuda") * 0.1).half()
    outer = (torch.randn((pairs, MIXTURE_HIDDEN), device="cuda") * 0.1).half()
    queries = torch.nn.functional.normalize(torch.randn((batch, COMPONENTS, DIM), device="cuda"), dim=2).half()
    own = torch.randn((batch, pairs), device="cuda").half()

    def piece(query, part, rows, gates):
        products = torch.einsum("qd,ncd->nqc", query, rows.view(-1, ITEM_COMPONENTS, DIM)).reshape(-1, pairs) * 20
        gate = torch.nn.functional.silu(products @ inner.T) @ outer.T + part * gates
        return (torch.softmax(gate, dim=1) * products).sum(dim=1)

    def search(of=piece):
        for query, part in zip(queries, own):
            found = [of(query, part, rows[n : n + PIECE_ROWS], gates[n : n + PIECE_ROWS])
                     for n in range(0, rows.shape[0], PIECE_ROWS)]
            torch.topk(torch.cat(found), K)

    compiled = torch.compile(piece)
    return {"eager": search, "compiled": lambda: search(compiled)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=15_500_000)
    parser.add_argument("--passes", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=600)
    options, _ = parser.parse_known_args()
    import torch

    print(json.dumps({"peer": f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}"}), flush=True)
    begun = time.monotonic()

    def report(case, batch, ways, passes):
        for setting, search in ways.items():
            if time.monotonic() - begun > options.seconds:
                return
            print(json.dumps({"case": case, "batch": batch, "setting": setting,
                              "medianMs": measure(torch, search, passes)}), flush=True)

    with torch.no_grad():
        rows = make_rows(torch, options.rows, WIDTH)
        for batch in (1, 16):
            report("hadamard", batch, hadamard(torch, rows, batch), options.passes)
        rows = make_rows(torch, options.rows * ITEM_COMPONENTS, DIM).view(options.rows, -1)
        gates = make_rows(torch, options.rows, COMPONENTS * ITEM_COMPONENTS)
        report("mixture, even gate", 1, mixture(torch, rows, gates, 1), min(options.passes, 5))


if __name__ == "__main__":
    main()
