#!/usr/bin/env python3
"""Writes random interactions as CSV (user,item), users in random order, to measure what training needs:

    bench/synthetic.py USERS ITEMS INTERACTIONS > clicks.csv
    /usr/bin/time -v linr train --interactions clicks.csv --epochs 1 --batch-size 4096 --out model.linr

Half of the interactions are even over the items, half fall off as 1 / rank. Seeded: the same file each time.
"""
import sys

import numpy

users, items, interactions = map(int, sys.argv[1:])
draw = numpy.random.default_rng(1)
sys.stdout.write("user,item\n")
CHUNK = 1_000_000
for start in range(0, interactions, CHUNK):
    count = min(CHUNK, interactions - start)
    user = draw.integers(users, size=count)
    even = draw.integers(items, size=count)
    steep = numpy.minimum(items - 1, items ** draw.random(count)).astype(numpy.int64)
    item = numpy.where(draw.random(count) < 0.5, even, steep)
    sys.stdout.write("\n".join(f"{u},{i}" for u, i in zip(user.tolist(), item.tolist())) + "\n")
