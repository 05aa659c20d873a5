#!/usr/bin/env python3
"""Recall of rows of 8-bit floats beside rows of 8-bit whole numbers: why Linr has the latter alone.

Both have a byte a component and a scale a row. Rows are .npy files, [N, D], as `linr export --embedding` writes them, and
random ones; a query is the mean of three rows, normalised. Needs PyTorch. Prints a Markdown table.

    fp8_rows.py demo.npy glove.npy
"""
import sys
from pathlib import Path

KS = (10, 100, 1_000)
QUERIES = 400
SPIKE = 30.0


def round_whole(torch, rows):
    """Whole numbers within 127, the row's largest component at 127."""
    scales = rows.abs().amax(dim=1, keepdim=True).clamp_min(1e-30) / 127
    return (rows / scales).round() * scales


def round_float(torch, rows, kind):
    """8-bit floats of a kind, the row's largest component at the kind's largest number."""
    scales = rows.abs().amax(dim=1, keepdim=True).clamp_min(1e-30) / torch.finfo(kind).max
    return (rows / scales).to(kind).float() * scales


def recalls(torch, rows, rounded, queries):
    exact = (queries @ rows.T).topk(KS[-1], dim=1).indices
    found = (queries @ torch.nn.functional.normalize(rounded).T).topk(KS[-1], dim=1).indices
    for k in KS:
        hits = (exact[:, :k, None] == found[:, None, :k]).any(dim=2)
        yield hits.float().mean().item()


def main():
    import numpy
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(1)
    sets = {Path(name).stem: torch.from_numpy(numpy.load(name)).float() for name in sys.argv[1:]}
    sets["random, 128"] = torch.randn((200_000, 128))
    spiked = torch.randn((200_000, 128))
    spiked[:, 0] *= SPIKE
    sets[f"random, one component {SPIKE:.0f} times as large"] = spiked
    print("| rows | stored as | lost, of the norm | recall@10 | @100 | @1,000 |\n|---|---|---:|---:|---:|---:|")
    for name, rows in sets.items():
        rows = torch.nn.functional.normalize(rows.to(device))
        picks = torch.randint(len(rows), (QUERIES, 3), device=device)
        queries = torch.nn.functional.normalize(rows[picks].mean(dim=1))
        for kind, rounded in (
            ("whole numbers", round_whole(torch, rows)),
            ("e4m3", round_float(torch, rows, torch.float8_e4m3fn)),
            ("e5m2", round_float(torch, rows, torch.float8_e5m2)),
        ):
            lost = (rows - rounded).norm(dim=1).mean().item()
            found = " | ".join(f"{recall:.3f}" for recall in recalls(torch, rows, rounded, queries))
            print(f"| {name}: {len(rows):,} x {rows.shape[1]} | {kind} | {lost:.4f} | {found} |")


if __name__ == "__main__":
    main()
