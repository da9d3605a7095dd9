"""Where words and translated phrases come from: readers of the packages that `fetch.sh` puts into a folder."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import defaultdict
from pathlib import Path

from table import fold

LANGUAGES = ("es", "pt", "en")
PO_FOLDERS = {"es": ("es", "es_ES"), "pt": ("pt_BR",)}


def is_word(surface: str) -> bool:
    """2–24 letters which fold to plain ASCII ones."""
    folded = fold(surface)
    return surface.isalpha() and folded.isascii() and folded.isalpha() and 2 <= len(folded) <= 24


def subtitles(packages: Path, language: str) -> dict[str, float]:
    """pyspellchecker: word -> log probability. A count of 50 is a word somebody added without one: no probability."""
    path = packages / "pyspellchecker/spellchecker/resources" / f"{language}.json.gz"
    counts = json.loads(gzip.decompress(path.read_bytes()))
    total = sum(counts.values())
    return {w: math.log(c / total) if c > 50 else -math.inf for w, c in counts.items() if is_word(w)}


def web(packages: Path, language: str) -> dict[str, float]:
    """spaCy's lookups: lower-case word -> log probability; Spanish and English only."""
    path = packages / "spacy_lookups_data/spacy_lookups_data/data" / f"{language}_lexeme_prob.json.gz"
    if not path.exists():
        return {}
    table = json.loads(gzip.decompress(path.read_bytes()))
    return {w: p for w, p in table.items() if w == w.lower() and is_word(w)}


def english_spelling(packages: Path) -> set[str]:
    """SCOWL's English stems (the word before the affix flags)."""
    lines = (packages / "node_modules/dictionary-en/index.dic").read_text("utf-8").splitlines()[1:]
    return {w.lower() for w in (line.split("/")[0] for line in lines) if is_word(w.lower())}


def pieces(model) -> dict[str, float]:
    """The encoder's own SentencePiece pieces that begin a word: surface (case kept) -> log probability."""
    found = {}
    for piece, score in zip(model._tokenizer._pieces, model._tokenizer._scores):
        piece = piece.decode("utf-8") if isinstance(piece, bytes) else piece
        if piece.startswith("▁") and is_word(piece[1:]):
            found[piece[1:]] = float(score)
    return found


def own_words(path: Path) -> dict[str, list[str]]:
    """Our list of the trades' words: lines `es: word word …`; `#` begins a comment."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            language, words = line.split(":", 1)
            found[language].extend(words.split())
    return found


def _po_entries(path: Path):
    entry: dict[str, str] = {}
    field = ""
    for line in [*path.read_text("utf-8", errors="replace").splitlines(), ""]:
        match = re.match(r'(msgid_plural|msgid|msgstr\[\d\]|msgstr|msgctxt) "(.*)"$', line)
        if match:
            if match[1] == "msgid" and entry.get("msgid"):
                yield entry
            if match[1] in ("msgid", "msgctxt") and "msgstr" in entry:
                entry = {}
            field = match[1]
            entry[field] = match[2]
        elif line.startswith('"') and field:
            entry[field] += line[1:-1]
        elif not line.strip():
            if entry.get("msgid"):
                yield entry
            entry, field = {}, ""
        elif line.startswith("#, ") and "fuzzy" in line:
            entry, field = {"fuzzy": "1"}, ""


def translations(packages: Path) -> list[dict[str, str]]:
    """Phrases of interfaces as `{en, es?, pt?}`, from the .po files of BSD and MIT licensed packages, and CLDR's names."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for package in ("django", "django_oscar", "indico", "wagtail", "django_helpdesk"):
        for language, folders in PO_FOLDERS.items():
            for path in sorted((packages / package).rglob("*.po")):
                if path.parent.parent.name not in folders:
                    continue
                for entry in _po_entries(path):
                    if "fuzzy" in entry:
                        continue
                    for source, target in (("msgid", "msgstr"), ("msgid", "msgstr[0]"), ("msgid_plural", "msgstr[1]")):
                        english, other = clean_phrase(entry.get(source, "")), clean_phrase(entry.get(target, ""))
                        if english and other:
                            found[english].setdefault(language, other)
    for name in ("territories", "languages"):
        tables = {}
        for language in LANGUAGES:
            path = packages / f"node_modules/cldr-localenames-full/main/{language}/{name}.json"
            data = json.loads(path.read_text("utf-8"))
            tables[language] = data["main"][language]["localeDisplayNames"][name]
        for key, english in tables["en"].items():
            if "-alt-" not in key and all(key in tables[t] for t in LANGUAGES):
                found[clean_phrase(english)].update({t: clean_phrase(tables[t][key]) for t in ("es", "pt")})
    return [{"en": english, **others} for english, others in sorted(found.items()) if english and others]


def clean_phrase(text: str) -> str:
    """Lower case without markup, placeholders and punctuation; empty where there is more than 12 words or no letter."""
    text = re.sub(r"<[^>]*>|%\(\w+\)[sd]|%[sd]|\{[^}]*\}|\\[nrt]|&\w+;", " ", text)
    words = re.findall(r"[^\W_]+", text.lower())
    return " ".join(words) if 1 <= len(words) <= 12 and any(w.isalpha() and len(w) > 1 for w in words) else ""
