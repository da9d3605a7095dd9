"""Judges tables of word vectors: which target does each label or option get, by cosine alone?

    python evaluate.py TABLE... [--pairs FILE...] [--misses]

A file holds one group a line, either ours (`targets`, `pairs`: [[source, target]]) or with the targets as
`targets`/`options` and the sources as `sources`/`values`. hit@1 counts a tie of k targets as 1/k; a source without a
known word is a miss. `known` is the share of different words of letters which the table knows. `own` and `other` are the
median cosines with the right target and with the best wrong one, `auc` the chance that a right one's is the greater.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from table import Table, tokens

HERE = Path(__file__).parent


def groups(path: str | Path):
    """Yields (kind, targets, [(source, index of the target)])."""
    for line in Path(path).read_text("utf-8").splitlines():
        group = json.loads(line)
        if "pairs" in group:
            targets = group["targets"]
            yield group["kind"], targets, [(s, targets.index(t)) for s, t in group["pairs"]]
        elif group["kind"] == "labels":
            keys = [t["key"] for t in group["targets"]]
            yield "labels", [t["name"] for t in group["targets"]], [
                (s["label"], keys.index(s["gold"])) for s in group["sources"]
            ]
        else:
            options = group["options"]
            yield "options", options, [(v["value"], options.index(v["gold"])) for v in group["values"]]


def judge(encode, path, misses=None, contains=None):
    """Figures by kind; `encode` maps a list of texts to unit vectors."""
    hits, own, other = defaultdict(list), [], []
    words = set()
    for kind, targets, sources in groups(path):
        vectors = encode(targets + [s for s, _ in sources])
        words.update(w for t in targets + [s for s, _ in sources] for w in tokens(t) if w.isalpha())
        scores = vectors[len(targets) :] @ vectors[: len(targets)].T
        for (source, gold), row, vector in zip(sources, scores, vectors[len(targets) :]):
            best = row.max()
            tied = np.flatnonzero(row >= best - 1e-6)
            hit = 1 / len(tied) if gold in tied and np.abs(vector).sum() > 0 else 0.0
            hits[kind].append(hit)
            own.append(row[gold])
            other.append(np.delete(row, gold).max())
            if misses is not None and hit < 1:
                misses.append((kind, source, targets[gold], float(row[gold]), targets[int(row.argmax())], float(best)))
    own, other = np.array(own), np.array(other)
    known = [contains(w) for w in words] if contains else [True]
    return {
        "labels": float(np.mean(hits["labels"])),
        "options": float(np.mean(hits["options"])),
        "n": f"{len(hits['labels'])}+{len(hits['options'])}",
        "known": float(np.mean(known)),
        "own": float(np.median(own)),
        "other": float(np.median(other)),
        "auc": float(np.mean(own[:, None] > other[None, :])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--pairs", nargs="+", default=[str(HERE / "eval_pairs.jsonl")])
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    for name in args.tables:
        table = Table.read(name)
        for pairs in args.pairs:
            misses = [] if args.misses else None
            figures = judge(
                lambda texts: np.stack([table.encode(t) for t in texts]),
                pairs,
                misses,
                lambda w: table.row(w) is not None,
            )
            print(
                f"{Path(name).name} ({len(table.words)} words) on {Path(pairs).name} ({figures['n']}): "
                f"labels {figures['labels']:.3f}, options {figures['options']:.3f}, known {figures['known']:.3f}, "
                f"own {figures['own']:.3f}, other {figures['other']:.3f}, auc {figures['auc']:.3f}"
            )
            for miss in misses or []:
                print("  %s: %r wants %r (%.2f), got %r (%.2f)" % miss)


if __name__ == "__main__":
    main()
