#!/usr/bin/env python3
"""Trains a plain SASRec (Kang and McAuley 2018, arXiv 1808.09781) in PyTorch, as a peer of linr train with
--query-encoder causal-transformer, and ranks as linr eval does.

Reads a MovieLens folder (ratings and movies, .csv or .dat). Of a user's interactions with one item the first counts; of
users with three or more the last is the test and the second last the validation; all unseen items are ranked; equal
scores go by id. Prints JSON: HR@10, HR@50, HR@200 and nDCG@10, each with a 95 % percentile bootstrap over users, of the
epoch that was best on the validation.

Losses: bce, one even negative a place, as in the paper; softmax over all items; sampled, a softmax over the place's own
target and --negatives even draws that all places share.
"""
import argparse
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="a MovieLens folder")
    parser.add_argument("--loss", choices=("bce", "softmax", "sampled"), default="softmax")
    parser.add_argument("--negatives", type=int, default=4_096, help="draws of the sampled loss")
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--history-length", type=int, default=50)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=128, help="sequences a step")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--patience", type=int, default=20, help="epochs without a better validation before it stops")
    parser.add_argument("--seconds", type=float, default=420, help="no epoch starts later")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


def find(folder, name):
    for ending in (".csv", ".dat"):
        path = os.path.join(folder, name + ending)
        if os.path.exists(path):
            return path
    sys.exit(f"{folder}: expected {name}.csv or {name}.dat; found neither")


def rows(path):
    """Fields of each line; of a csv the first are all that is read, so quotes in titles do not matter."""
    with open(path, encoding="utf-8") as file:
        if path.endswith(".csv"):
            next(file)
        for line in file:
            yield line.rstrip("\n").split("::" if path.endswith(".dat") else ",")


def read(folder):
    """Sequences of item numbers, oldest first; numbers ascend with ids."""
    ids = {int(fields[0]) for fields in rows(find(folder, "movies"))}
    users = {}
    for position, fields in enumerate(rows(find(folder, "ratings"))):
        user, item, moment = int(fields[0]), int(fields[1]), int(fields[3])
        users.setdefault(user, []).append((moment, position, item))
        ids.add(item)
    numbers = {item: number for number, item in enumerate(sorted(ids))}
    sequences = []
    for user in users.values():
        sequences.append(list(dict.fromkeys(numbers[item] for _, _, item in sorted(user))))
    return sequences, len(numbers)


class Block(nn.Module):
    def __init__(self, dim, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.attention_norm, self.hidden_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.query, self.key, self.value, self.out = (nn.Linear(dim, dim) for _ in range(4))
        self.hidden = nn.Sequential(
            nn.Linear(dim, dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dim, dim), nn.Dropout(dropout))

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, seen):
        asking = self.attention_norm(x)
        found = F.scaled_dot_product_attention(
            self.split(self.query(asking)), self.split(self.key(x)), self.split(self.value(x)), attn_mask=seen,
            dropout_p=self.dropout if self.training else 0.0)
        x = asking + self.out(found.transpose(1, 2).reshape(x.shape))
        x = self.hidden_norm(x)
        return x + self.hidden(x)


class SasRec(nn.Module):
    """Item 0 is padding, which stands before a sequence, so that the latest item always has the last place."""

    def __init__(self, items, options):
        super().__init__()
        self.items = nn.Embedding(items + 1, options.dim, padding_idx=0)
        self.places = nn.Embedding(options.history_length, options.dim)
        self.dropout = nn.Dropout(options.dropout)
        self.blocks = nn.ModuleList(Block(options.dim, options.heads, options.dropout) for _ in range(options.blocks))
        self.norm = nn.LayerNorm(options.dim)
        for table in (self.items, self.places):
            nn.init.normal_(table.weight, std=options.dim**-0.5 / 4)
        with torch.no_grad():
            self.items.weight[0] = 0

    def forward(self, sequences):
        length = sequences.shape[1]
        present = (sequences != 0).unsqueeze(2)
        x = self.items(sequences) * self.items.embedding_dim**0.5 + self.places.weight
        x = self.dropout(x) * present
        # A place of padding sees itself, so that no softmax is empty; nobody sees what it gives.
        own = torch.eye(length, dtype=torch.bool, device=sequences.device)
        older = torch.ones(length, length, dtype=torch.bool, device=sequences.device).tril()
        seen = ((older & present.transpose(1, 2)) | own).unsqueeze(1)
        for block in self.blocks:
            x = block(x, seen) * present
        return self.norm(x)


def pad(sequences, length):
    table = np.zeros((len(sequences), length), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        latest = sequence[-length:]
        if latest:
            table[row, length - len(latest) :] = np.array(latest) + 1
    return torch.from_numpy(table)


def loss_of(model, states, targets, options, items):
    if options.loss == "softmax":
        return F.cross_entropy(states @ model.items.weight[1:].t(), targets - 1)
    own = (states * model.items(targets)).sum(1)
    if options.loss == "bce":
        drawn = torch.randint(1, items + 1, targets.shape, device=targets.device)
        other = (states * model.items(drawn)).sum(1)
        return F.softplus(-own).mean() + F.softplus(other).mean()
    drawn = torch.randint(1, items + 1, (options.negatives,), device=targets.device)
    others = states @ model.items(drawn).t()
    others = others.masked_fill(drawn == targets.unsqueeze(1), -1e9)
    # An even draw stands for items / draws of all others.
    others = others + np.log((items - 1) / options.negatives)
    return (torch.logsumexp(torch.cat([own.unsqueeze(1), others], 1), 1) - own).mean()


@torch.no_grad()
def ranks_of(model, cases, items, options):
    """The place of each case's target among all items that its user has not seen, 0 for the first."""
    model.eval()
    ranks = []
    for first in range(0, len(cases), 256):
        some = cases[first : first + 256]
        states = model(pad([seen for seen, _ in some], options.history_length).to(options.device))[:, -1]
        scores = states @ model.items.weight[1:].t()
        for row, (seen, _) in enumerate(some):
            scores[row, seen] = -torch.inf
        targets = torch.tensor([target for _, target in some], device=options.device).unsqueeze(1)
        own = scores.gather(1, targets)
        earlier = torch.arange(items, device=options.device) < targets
        ranks.append(((scores > own) | ((scores == own) & earlier)).sum(1).cpu().numpy())
    model.train()
    return np.concatenate(ranks)


def gains(ranks):
    return np.where(ranks < 10, 1 / np.log2(ranks + 2.0), 0)


def interval(values, draws):
    means = values[draws].mean(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def main():
    options = parse()
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    sequences, items = read(options.data)
    training = [s[:-2] if len(s) >= 3 else s for s in sequences]
    held_out = [s for s in sequences if len(s) >= 3]
    validation, test = [(s[:-2], s[-2]) for s in held_out], [(s[:-1], s[-1]) for s in held_out]
    length = options.history_length
    training = [s for s in training if len(s) >= 2]
    inputs, targets = pad([s[:-1] for s in training], length), pad([s[1:] for s in training], length)
    inputs, targets = inputs.to(options.device), targets.to(options.device)
    model = SasRec(items, options).to(options.device)
    optimizer = torch.optim.Adam(model.parameters(), options.learning_rate, betas=(0.9, 0.98))
    started, best, best_epoch, kept, steps, epoch = time.monotonic(), -1.0, 0, None, 0, 0
    while epoch < options.epochs and epoch - best_epoch < options.patience:
        if time.monotonic() - started > options.seconds:
            break
        epoch += 1
        order = torch.from_numpy(random.permutation(len(training))).to(options.device)
        for rows_of_step in order.split(options.batch_size):
            places = targets[rows_of_step]
            states = model(inputs[rows_of_step])[places != 0]
            optimizer.zero_grad()
            loss_of(model, states, places[places != 0], options, items).backward()
            optimizer.step()
            steps += 1
        gain = float(gains(ranks_of(model, validation, items, options)).mean())
        if gain > best:
            best, best_epoch = gain, epoch
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    trained = time.monotonic() - started
    model.load_state_dict(kept)
    ranks = ranks_of(model, test, items, options)
    draws = random.integers(len(ranks), size=(1_000, len(ranks)))
    print(json.dumps({
        "peer": f"SASRec, PyTorch {torch.__version__}", "options": vars(options), "users": len(test), "items": items,
        "epochs": epoch, "bestEpoch": best_epoch, "steps": steps, "seconds": round(trained, 1),
        **{f"hitRate{k}": interval((ranks < k).astype(float), draws) for k in (10, 50, 200)},
        "discountedGain10": interval(gains(ranks), draws),
    }))


if __name__ == "__main__":
    main()
