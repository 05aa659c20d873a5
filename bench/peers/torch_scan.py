#!/usr/bin/env python3
"""Times PyTorch's exhaustive scan on a CUDA device, as a peer of bench/Device: matmul and topk over random rows of
halves, eager and compiled; filters as masks (LiNR's V1) and, where few rows pass, by gathering them first (V2).

Needs PyTorch with CUDA. Prints JSON lines: first {"peer": name and versions}, then a figure a case, batch and setting:
{"case", "batch", "setting", "medianMs"}. Times are by CUDA events, after the caches were emptied.
"""
import argparse
import json
import statistics
import sys
import time

GEOS, GEOS_PASSED, COMPANIES, TITLES = 200, 22, 100_000, 366
BATCHES = {"plain": (1, 16, 64), "clauses": (1, 16, 64), "title": (1, 16, 64), "top100k": (1, 16), "large": (1, 16)}
PIECE_ROWS = 1 << 21
WARM_PASSES = 3


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=15_500_000)
    parser.add_argument("--large-rows", type=int, default=240_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--k", type=int, default=2_000)
    parser.add_argument("--passes", type=int, default=25)
    parser.add_argument("--cases", default=",".join(BATCHES))
    parser.add_argument("--seconds", type=float, default=600, help="no measurement starts later; compiling takes long")
    return parser.parse_args()


def make_rows(torch, count, dim):
    """Random unit rows of halves, made in pieces."""
    rows = torch.empty((count, dim), dtype=torch.float16, device="cuda")
    for first in range(0, count, PIECE_ROWS):
        piece = torch.randn((min(PIECE_ROWS, count - first), dim), device="cuda")
        rows[first : first + PIECE_ROWS] = torch.nn.functional.normalize(piece).half()
    return rows


def make_filters(torch, batch):
    """Each query's own: geos that pass as a table of bits, a company that does not, a title."""
    order = torch.rand((batch, GEOS), device="cuda").argsort(dim=1)
    return order < GEOS_PASSED, torch.randint(COMPANIES, (batch, 1), device="cuda", dtype=torch.int32), torch.randint(
        TITLES, (batch, 1), device="cuda", dtype=torch.int16)


class Table:
    def __init__(self, torch, count, dim):
        self.rows = make_rows(torch, count, dim)
        self.geo = torch.randint(GEOS, (count,), device="cuda", dtype=torch.uint8).to(torch.int32)
        self.company = torch.randint(COMPANIES, (count,), device="cuda", dtype=torch.int32)
        self.title = torch.randint(TITLES, (count,), device="cuda", dtype=torch.int16)


def searches(torch, table, case, k):
    """The ways to run a case, by name: functions of queries and filters."""

    def plain(queries, filters):
        return torch.topk(queries @ table.rows.T, k)

    def mask(filters, with_title):
        geos, companies, titles = filters
        passes = geos[:, table.geo] & (table.company != companies)
        return passes & (table.title == titles) if with_title else passes

    def masked(queries, filters):
        scores = queries @ table.rows.T
        return torch.topk(scores.masked_fill_(~mask(filters, case == "title"), float("-inf")), k)

    def gathered(queries, filters):
        found = []
        for q, passes in enumerate(mask(filters, True)):
            rows = passes.nonzero().squeeze(1)
            scores, places = torch.topk(queries[q] @ table.rows[rows].T, min(k, rows.numel()))
            found.append((scores, rows[places]))
        return found

    if case in ("clauses", "title"):
        ways = {"masked, eager": masked, "masked, compiled": torch.compile(masked, dynamic=False)}
        return {**ways, "gathered, eager": gathered} if case == "title" else ways
    return {"eager": plain, "compiled": torch.compile(plain, dynamic=False)}


def median_ms(torch, search, passes):
    flush = torch.empty(256 << 20, dtype=torch.uint8, device="cuda")
    times = []
    for step in range(passes + WARM_PASSES):
        flush.fill_(step % 2)
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        search()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times[WARM_PASSES:])


def measure(torch, table, case, options, deadline):
    k = 100_000 if case == "top100k" else options.k
    k = min(k, table.rows.shape[0])
    for batch in BATCHES[case]:
        queries = make_rows(torch, batch, options.dim)
        filters = make_filters(torch, batch)
        for way, search in searches(torch, table, case, k).items():
            if time.monotonic() > deadline:
                print(f"{case}, batch {batch}, {way}: no time left", file=sys.stderr)
                continue
            try:
                ms = median_ms(torch, lambda: search(queries, filters), options.passes)
            except torch.OutOfMemoryError:
                print(f"{case}, batch {batch}, {way}: not enough memory", file=sys.stderr)
                continue
            figure = {"case": case, "batch": batch, "setting": way, "medianMs": round(ms, 4)}
            print(json.dumps(figure), flush=True)
        torch.cuda.empty_cache()
        torch.compiler.reset()


def main():
    options = parse()
    deadline = time.monotonic() + options.seconds
    import torch

    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no CUDA device")
    torch.manual_seed(1)
    print(json.dumps({"peer": f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}"}), flush=True)
    cases = [case for case in options.cases.split(",") if case in BATCHES]
    small = [case for case in cases if case != "large"]
    if small:
        table = Table(torch, options.rows, options.dim)
        for case in small:
            measure(torch, table, case, options, deadline)
        del table
        torch.cuda.empty_cache()
    if "large" in cases:
        measure(torch, Table(torch, options.large_rows, options.dim), "large", options, deadline)


if __name__ == "__main__":
    main()
