#!/usr/bin/env python3
"""The documentation against the tree: each link leads somewhere, and each test that docs/reliability.md names is there."""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
listed = subprocess.run(["git", "-C", root, "ls-files", "*.md"], check=True, capture_output=True, text=True).stdout
wrong = []


def anchors(page: pathlib.Path) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


for name in listed.split():
    page = root / name
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:|/", link):
            continue
        path, _, anchor = link.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists():
            wrong.append(f"{name}: {link} is not there")
        elif anchor and anchor not in anchors(to):
            wrong.append(f"{name}: {link}: no such heading")

named = 0
reliability = (root / "docs/reliability.md").read_text()
for file, tests in re.findall(r"`([\w/]+\.rs)`:\s+((?:`\w+`(?:,\s+)?)+)", reliability):
    source = root / file
    there = set(re.findall(r"#\[test\]\n(?:#\[.*\]\n)*\s*(?:async )?fn (\w+)", source.read_text())) if source.exists() else set()
    there |= set(re.findall(r"#\[tokio::test.*\]\n(?:#\[.*\]\n)*async fn (\w+)", source.read_text())) if source.exists() else set()
    for test in re.findall(r"`(\w+)`", tests):
        named += 1
        if test not in there:
            wrong.append(f"docs/reliability.md: {file} has no test {test}")
if named < 30:
    wrong.append(f"docs/reliability.md names {named} tests only: it is not read right")

print("\n".join(wrong) or f"   links lead somewhere, {named} tests are there")
sys.exit(1 if wrong else 0)
