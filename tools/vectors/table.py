"""The table's file format, its normalisation of words, and the vector of a text: what the engine does, in Python."""

from __future__ import annotations

import re
import struct
import unicodedata
from pathlib import Path

import numpy as np

CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])")


def fold(text: str) -> str:
    """Lower case without accents: `Año` -> `ano`, `Straße` -> `strasse`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Words of a label, a key or an option: camelCase, snake_case and punctuation split, folded."""
    return re.findall(r"[a-z]+|[0-9]+", fold(CAMEL.sub(" ", text)))


class Table:
    """`words` sorted, `vectors` int8 (n, d), `weights` float32 (n,)."""

    def __init__(self, words: list[str], vectors: np.ndarray, weights: np.ndarray):
        self.words, self.vectors, self.weights = words, vectors, weights
        self.index = {w: i for i, w in enumerate(words)}
        rows = vectors.astype(np.float32)
        self.unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    @classmethod
    def read(cls, path: str | Path) -> Table:
        data = Path(path).read_bytes()
        n, d = struct.unpack_from("<II", data, 0)
        at, words = 8, []
        for _ in range(n):
            length = data[at]
            words.append(data[at + 1 : at + 1 + length].decode("utf-8"))
            at += 1 + length
        vectors = np.frombuffer(data, np.int8, n * d, at).reshape(n, d)
        weights = np.frombuffer(data, "<f4", n, at + n * d)
        if at + n * d + 4 * n != len(data):
            raise ValueError(f"{path}: {len(data)} bytes, expected {at + n * d + 4 * n}")
        return cls(words, vectors, weights)

    def to_bytes(self) -> bytes:
        if self.words != sorted(set(self.words)):
            raise ValueError("words must be sorted and different")
        n, d = self.vectors.shape
        out = [struct.pack("<II", n, d)]
        for word in self.words:
            encoded = word.encode("utf-8")
            out.append(bytes([len(encoded)]) + encoded)
        out.append(np.ascontiguousarray(self.vectors, np.int8).tobytes())
        out.append(np.ascontiguousarray(self.weights, "<f4").tobytes())
        return b"".join(out)

    def row(self, token: str) -> int | None:
        """The row of a word; an unknown one is tried without its final `s`."""
        at = self.index.get(token)
        if at is None and token.endswith("s"):
            at = self.index.get(token[:-1])
        return at

    def encode(self, text: str) -> np.ndarray:
        """The unit vector of a text, zero where no word is known."""
        total = np.zeros(self.vectors.shape[1], np.float32)
        for token in tokens(text):
            at = self.row(token)
            if at is not None:
                total += self.weights[at] * self.unit[at]
        norm = np.linalg.norm(total)
        return total / norm if norm > 0 else total
