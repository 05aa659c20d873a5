#!/usr/bin/python3
"""Times FAISS's exhaustive scan (IndexFlatIP) on random rows, as a peer of `linr bench`.

Needs Debian's packages python3-faiss, python3-numpy and libopenblas0-pthread. Prints JSON lines: first the peer with
its versions, then a figure a case and setting: {"batch", "k", "passRate", "medianMs", "setting"}. Every case is timed
with FAISS's own choice between its loop and BLAS and, where that chooses the loop, with BLAS forced: compare with the
faster.
"""
import argparse
import json
import os
import statistics
import sys
import time

BATCHES = (1, 16, 64, 256)
TOPS = (100, 1000)
FILTERED_SHARE = 0.1
FIGURE_SECONDS_MAX = 12
SEED = 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--threads", type=int, default=0, help="0: one run with 1 thread and one with all")
    parser.add_argument("--passes", type=int, default=7)
    return parser.parse_args()


def load(threads):
    """Imports FAISS with a BLAS that chooses its kernels by the processor it finds, not by what was preset."""
    os.environ.pop("OPENBLAS_CORETYPE", None)
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    import faiss
    import numpy

    return faiss, numpy


def blas_name():
    """The BLAS library in this process, by the folder and name of its file."""
    with open("/proc/self/maps", encoding="ascii") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line}
    names = sorted("/".join(path.split("/")[-2:]) for path in paths if "libblas" in path or "openblas" in path)
    return names[0] if names else "no BLAS"


def median_ms(search, passes):
    search()
    times = []
    started = time.perf_counter()
    while len(times) < passes and (not times or time.perf_counter() - started < FIGURE_SECONDS_MAX):
        before = time.perf_counter()
        search()
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


def selector(faiss, numpy, rows):
    """Passes a random tenth of the rows; the bits returned must outlive the selector."""
    passing = numpy.random.default_rng(SEED + 2).random(rows) < FILTERED_SHARE
    bits = numpy.packbits(passing, bitorder="little")
    return faiss.IDSelectorBitmap(rows, faiss.swig_ptr(bits)), bits, passing


def measure(faiss, numpy, options, threads):
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatIP(options.dim)
    index.add(numpy.random.default_rng(SEED).standard_normal((options.rows, options.dim), dtype=numpy.float32))
    queries = numpy.random.default_rng(SEED + 1).standard_normal((max(BATCHES), options.dim), dtype=numpy.float32)
    chosen, bits, passing = selector(faiss, numpy, options.rows)
    filtered = faiss.SearchParameters(sel=chosen)
    found = index.search(queries[:1], TOPS[0], params=filtered)[1]
    assert passing[found].all(), "this FAISS does not filter a flat index"
    default = faiss.cvar.distance_compute_blas_threshold
    for k in TOPS:
        for batch in BATCHES:
            part = queries[:batch]
            for threshold in (default, 1) if batch < default else (default,):
                faiss.cvar.distance_compute_blas_threshold = threshold
                way = "loop" if batch < threshold else "BLAS"
                report(batch, k, 1, median_ms(lambda: index.search(part, k), options.passes), way, threads)
            faiss.cvar.distance_compute_blas_threshold = default
            ms = median_ms(lambda: index.search(part, k, params=filtered), options.passes)
            report(batch, k, FILTERED_SHARE, ms, "IDSelectorBitmap", threads)
    del bits


def report(batch, k, pass_rate, ms, way, threads):
    setting = f"{way}, {threads} thread{'' if threads == 1 else 's'}"
    figure = {"batch": batch, "k": k, "passRate": pass_rate, "medianMs": round(ms, 3), "setting": setting}
    print(json.dumps(figure), flush=True)


def main():
    options = parse()
    cores = len(os.sched_getaffinity(0))
    counts = [options.threads] if options.threads else sorted({1, cores})
    faiss, numpy = load(max(counts))
    name = f"faiss {faiss.__version__} ({faiss.get_compile_options().strip()}), {blas_name()}"
    print(json.dumps({"peer": name}), flush=True)
    for threads in counts:
        measure(faiss, numpy, options, threads)


if __name__ == "__main__":
    sys.exit(main())
