#!/usr/bin/env python3
"""Teaches the engine's second look from the labelled records and writes its table.

    python train.py SCRATCH [--write ../../crates/structuring/assets/second-look.bin]

SCRATCH is a folder for a copy of the crate that reads its vocabulary from files named by the environment, so that records
can be read as by an engine that has not seen their words: with the vocabulary of the day a set was first run, and with
vocabularies of which a part of the phrases was left out by chance (seeded). Without --write it only prints what sets
give that were left out of the training, one after the other. See README.md."""
import hashlib, json, math, os, pathlib, re, struct, subprocess, sys
import numpy as np
from strangers import STRANGERS

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = ROOT / 'crates/structuring'
# The commits whose vocabulary the engine had when it first ran over a set.
FIRST = {'fresh3': '8cd95f8', 'fresh4': 'f1534d3', 'fresh5': 'd5636c5', 'fresh6': '22b06a8', 'fresh7': 'c624221',
         'fresh8': 'e2d3809', 'fresh9': '7874225'}
SETS = ['dev', 'fresh', 'fresh2'] + list(FIRST)
THINNED = [(1, 0.35), (2, 0.35), (3, 0.35), (4, 0.6)]
TREES, RATE, LEAST, RIDGE = 120, 0.08, 4.0, 3.0
# From these chances on a phone, an e-mail, a name, a field, a name in a text is placed (1: never; no e-mail was right).
LEAST_CHANCE = 0.85, 1.0, 0.65, 0.6, 0.75


# ---- the engine, with other vocabularies ---------------------------------------------------------------------------

def scratch(folder):
    """A copy of the crate whose assets come from the environment; answers its two programs."""
    copy = folder / 'source'
    subprocess.run(['rm', '-rf', copy], check=True)
    (copy / 'crates').mkdir(parents=True)
    subprocess.run(['cp', '-r', CRATE, copy / 'crates/structuring'], check=True)
    for name in ('Cargo.toml', 'Cargo.lock'):
        text = (ROOT / name).read_text()
        (copy / name).write_text(re.sub(r'(?m)^members = .*', 'members = ["crates/structuring"]', text))
    for file, asset, env, form in (
            ('lexicon.rs', 'include_str!("../assets/lexicon-wide.txt")', 'WIDE', '(String::leak(std::fs::read_to_string(std::env::var("{}").unwrap()).unwrap()) as &str)'),
            ('options.rs', 'include_str!("../assets/options-wide.txt")', 'OPTIONS', '(String::leak(std::fs::read_to_string(std::env::var("{}").unwrap()).unwrap()) as &str)')):
        path = copy / 'crates/structuring/src' / file
        text = path.read_text()
        assert asset in text, file
        path.write_text(text.replace(asset, form.format(env)))
    path = copy / 'crates/structuring/src/forest.rs'
    text = path.read_text()
    text = text.replace('static FILE: &[u8] = include_bytes!("../assets/second-look.bin");',
                        'static FILE: LazyLock<&[u8]> = LazyLock::new(|| Vec::leak(std::fs::read(std::env::var("TABLE").unwrap()).unwrap()));')
    text = text.replace('Learnt::read(FILE)', 'Learnt::read(*FILE)')
    path.write_text(text)
    # Neither benches nor their libraries are needed.
    manifest = copy / 'crates/structuring/Cargo.toml'
    manifest.write_text(manifest.read_text().split('[dev-dependencies]')[0])
    env = {**os.environ, 'CARGO_TARGET_DIR': str(folder / 'target')}
    subprocess.run(['nice', '-n', '15', 'cargo', 'build', '-q', '-p', 'structuring', '--example', 'weighed', '--example', 'predict',
                    '--config', 'profile.dev.package.structuring.opt-level=1'], cwd=copy, env=env, check=True)
    return folder / 'target/debug/examples'


def by_chance(seed, word):
    return int.from_bytes(hashlib.sha256(f'{seed} {word}'.encode()).digest()[:4], 'big') / 2**32


def vocabularies(folder):
    """Writes the vocabularies; answers (set, name, wide, options) of each reading."""
    readings = []
    for name, commit in FIRST.items():
        files = []
        for asset in ('lexicon-wide.txt', 'options-wide.txt'):
            path = folder / f'{commit}-{asset}'
            path.write_text(subprocess.run(['git', 'show', f'{commit}:crates/structuring/assets/{asset}'], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
            files.append(path)
        readings.append((name, 'first', *files))
    base = json.loads((CRATE / 'assets/lexicon-es-pt-en.json').read_text())
    for seed, share in THINNED:
        wide = [f'{c} {e["weight"]} = ' + ', '.join('-' + p.replace('_', ' ') for p in e['phrases'] if by_chance(seed, p) < share) for c, e in base.items()]
        wide = [line for line in wide if not line.endswith(' = ')]
        for line in (CRATE / 'assets/lexicon-wide.txt').read_text().splitlines():
            if ' = ' in line and not line.startswith('#'):
                head, phrases = line.split(' = ', 1)
                kept = [p for p in phrases.split(', ') if p.startswith('-') or by_chance(seed, p) >= share]
                wide.append(f'{head} = ' + ', '.join(kept) if kept else f'{head} = {head.split()[0].lower()}zz')
        options = [', '.join(w for w in line.split(', ') if by_chance(seed, 'o' + w) >= share) for line in (CRATE / 'assets/options-wide.txt').read_text().splitlines()]
        files = [folder / f'thin{seed}-lexicon.txt', folder / f'thin{seed}-options.txt']
        files[0].write_text('\n'.join(wide) + '\n')
        files[1].write_text('\n'.join(line or f'nothing{at}' for at, line in enumerate(options)) + '\n')
        readings += [(name, f'thin{seed}', *files) for name in SETS]
    return readings


def among_strangers(seed, record):
    """The record with up to five keys that belong to nobody's field."""
    if not isinstance(record['meta_data'], dict):
        return record
    keys = sorted(STRANGERS, key=lambda key: by_chance(seed, record['id'] + key))[:int(6 * by_chance(seed, record['id']))]
    more = {key: STRANGERS[key][int(by_chance(seed, record['id'] + key + 'v') * len(STRANGERS[key]))] for key in keys if key not in record['meta_data']}
    items = list(record['meta_data'].items())
    for key, value in more.items():
        items.insert(int(by_chance(seed, record['id'] + key + 'p') * (len(items) + 1)), (key, value))
    return {**record, 'meta_data': dict(items)}


def run(program, reading, table, *arguments):
    name, how, wide, options = reading
    env = {**os.environ, 'WIDE': str(wide), 'OPTIONS': str(options), 'TABLE': str(table)}
    path = CRATE / f'tests/data/{name}.jsonl'
    if how != 'first':
        path = pathlib.Path(wide).parent / 'records.jsonl'
        path.write_text(''.join(json.dumps(among_strangers(how, record), ensure_ascii=False) + '\n' for record in load(name).values()))
    with open(path) as records:
        return subprocess.run([program, *arguments], stdin=records, env=env, capture_output=True, text=True, check=True).stdout


# ---- right and wrong -----------------------------------------------------------------------------------------------

def squeezed(value):
    return ' '.join(str(value).casefold().split())


def equal(kind, got, gold):
    if kind in ('name', 'text'):
        return squeezed(got) == squeezed(gold)
    if kind in ('number', 'currency'):
        return isinstance(got, (int, float)) and isinstance(gold, (int, float)) and abs(got - gold) < 1e-6 * max(1, abs(gold))
    if kind == 'multi_select':
        return isinstance(got, list) and set(got) == set(gold)
    if kind == 'url':
        return str(got).rstrip('/') == str(gold).rstrip('/')
    return got == gold


def load(name):
    return {r['id']: r for r in map(json.loads, (CRATE / f'tests/data/{name}.jsonl').read_text().splitlines())}


def rows(program, reading, table, records):
    """(record, target, label, model, features) of all that the second look weighs."""
    out = []
    for line in run(program, reading, table).splitlines():
        record, target, value, model, features = line.split('\t')
        gold = records[record]['gold']
        if target.startswith('field:'):
            key = target[6:]
            kind = next(d['type'] for d in records[record]['definitions'] if d['key'] == key)
            wanted = gold['fields'].get(key)
        else:
            kind, wanted = target, gold[target]
        label = wanted is not None and equal(kind, json.loads(value), wanted)
        out.append((record, target, label, int(model), [float(x) for x in features.split(' ')]))
    return out


def score(predictions, records):
    """Right, wrong, missed of each of phone, email, name, fields."""
    counts = {what: [0, 0, 0] for what in ('phone', 'email', 'name', 'fields')}
    for line in predictions.splitlines():
        got = json.loads(line)
        record = records[got['id']]
        gold = record['gold']
        kinds = {d['key']: d['type'] for d in record['definitions']}
        pairs = [(slot, slot, got[slot], gold[slot]) for slot in ('phone', 'email', 'name')]
        pairs += [('fields', kinds.get(key, 'text'), got['fields'].get(key), gold['fields'].get(key)) for key in set(got['fields']) | set(gold['fields'])]
        for what, kind, x, y in pairs:
            if x is not None and y is not None and equal(kind, x, y):
                counts[what][0] += 1
            else:
                counts[what][1] += x is not None
                counts[what][2] += y is not None
    return counts


# ---- whose words ---------------------------------------------------------------------------------------------------

OTHERS = ['R_AGENT', 'R_DOCTOR', 'R_EMERG', 'R_SPOUSE', 'R_REF', 'R_SITE', 'R_SUPPORT', 'R_BENEF', 'R_COMPANION', 'R_PLANNER', 'R_PET', 'COMPANY', 'OPPOSING', 'R_DECEASED', 'R_CHILD']


def roles():
    """A direction among the word vectors in which words for customers lie; logistic, from the phrases of the lexicon."""
    sys.path.insert(0, str(ROOT / 'tools/vectors'))
    file = (CRATE / 'assets/static-es-pt-en-128.bin').read_bytes()
    n, d = struct.unpack_from('<II', file)
    at, place = 8, {}
    for row in range(n):
        length = file[at]
        place[file[at + 1:at + 1 + length].decode()] = row
        at += 1 + length
    values = np.frombuffer(file, np.int8, n * d, at).reshape(n, d).astype(np.float64) / 127
    weights = np.frombuffer(file, '<f4', n, at + n * d).astype(np.float64)

    def embed(words):
        found = [place.get(w, place.get(w.rstrip('s'))) for w in words]
        total = sum((weights[row] * values[row] for row in found if row is not None), np.zeros(d))
        length = np.linalg.norm(total)
        return total / length if length > 1e-6 else None

    phrases = {}
    for concept, entry in json.loads((CRATE / 'assets/lexicon-es-pt-en.json').read_text()).items():
        phrases.setdefault(concept, []).extend(p.replace('_', ' ') for p in entry['phrases'])
    for line in (CRATE / 'assets/lexicon-wide.txt').read_text().splitlines():
        if ' = ' in line and not line.startswith('#'):
            head, rest = line.split(' = ', 1)
            phrases.setdefault(head.split()[0], []).extend(p for p in rest.split(', ') if not p.startswith('-'))
    plain = set('nombre nome name telefono telefone phone tel celular cell email correo de del la el of the nr do da s completo'.split())
    data = []
    for concept in ['R_SUBJECT'] + OTHERS:
        for phrase in sorted(set(phrases.get(concept, []))):
            vector = embed([w for w in phrase.split() if w not in plain])
            if vector is not None:
                data.append((vector, concept == 'R_SUBJECT'))
    x, y = np.array([v for v, _ in data]), np.array([l for _, l in data], float)
    weight = np.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    w, b = np.zeros(d), 0.0
    for _ in range(3000):
        p = 1 / (1 + np.exp(-(x @ w + b)))
        g = weight * (p - y)
        w -= 2.0 * (x.T @ g / len(y) + 0.002 * w)
        b -= 2.0 * g.mean()
    return w, b


# ---- trees ---------------------------------------------------------------------------------------------------------

def boost(x, y, weight):
    """Boosted trees of three levels, logistic loss; thresholds halfway between values that occur."""
    base = math.log((y * weight).sum() / ((1 - y) * weight).sum())
    edges = []
    for column in x.T:
        values = np.unique(np.quantile(column, np.linspace(0, 1, 33), method='nearest'))
        edges.append((values[:-1] + values[1:]) / 2)
    bins = np.stack([np.searchsorted(e, column, side='left') for e, column in zip(edges, x.T)], 1)
    total, trees = np.full(len(y), base), []
    for _ in range(TREES):
        p = 1 / (1 + np.exp(-total))
        g, h = weight * (p - y), weight * p * (1 - p)
        node, questions = np.zeros(len(y), int), []
        for level in range(3):
            for at in range(2**level):
                rows_ = np.flatnonzero(node == 2**level - 1 + at)
                best = (1e-6, 0, float('inf'))
                if len(rows_):
                    gs, hs = g[rows_].sum(), h[rows_].sum()
                    own = gs * gs / (hs + RIDGE)
                    for f, e in enumerate(edges):
                        if not len(e):
                            continue
                        gb = np.cumsum(np.bincount(bins[rows_, f], g[rows_], len(e) + 1))[:-1]
                        hb = np.cumsum(np.bincount(bins[rows_, f], h[rows_], len(e) + 1))[:-1]
                        gain = gb**2 / (hb + RIDGE) + (gs - gb)**2 / (hs - hb + RIDGE) - own
                        gain[(hb < LEAST) | (hs - hb < LEAST)] = -1
                        top = int(gain.argmax())
                        if gain[top] > best[0] + 1e-9:
                            best = (gain[top], f, e[top])
                questions.append((best[1], best[2]))
                if len(rows_):
                    node[rows_] = 2 * node[rows_] + 1 + (x[rows_, best[1]] > best[2])
        leaf = node - 7
        gl, hl = np.bincount(leaf, g, 8), np.bincount(leaf, h, 8)
        answers = -RATE * gl / (hl + RIDGE)
        total += answers[leaf]
        trees.append((questions, answers))
    return base, trees


def table(role, models):
    w, b = role
    out = struct.pack('<H', len(w)) + struct.pack(f'<{len(w)}f', *w) + struct.pack('<f', b)
    for base, trees in models:
        out += struct.pack('<Hf', len(trees), base)
        for questions, answers in trees:
            for feature, threshold in questions:
                out += struct.pack('<Bf', feature, threshold)
            out += struct.pack('<8f', *answers)
    return out + struct.pack('<5f', *LEAST_CHANCE)


def fit(data, role):
    models = []
    for model in (0, 1, 2):
        # Texts read the same with any vocabulary: once is enough.
        once = lambda row: row[7] == 'first' or row[7] == 'thin1' and row[6] not in FIRST
        mine = [row for row in data if row[3] == model and (model < 2 or once(row))]
        x = np.array([row[4] for row in mine])
        y = np.array([row[2] for row in mine], float)
        weight = np.array([row[5] for row in mine])
        models.append(boost(x, y, weight))
    return table(role, models)


def line(name, counts):
    parts = []
    for group, whats in (('contact', ('phone', 'email', 'name')), ('phone', ('phone',)), ('email', ('email',)), ('name', ('name',)), ('fields', ('fields',))):
        right, wrong, missed = (sum(counts[w][i] for w in whats) for i in range(3))
        p, r = right / max(1, right + wrong), right / max(1, right + missed)
        parts.append(f'{group} {p:.3f}/{r:.3f}/{2 * p * r / max(1e-9, p + r):.3f}')
    print(f'{name:14}', '  '.join(parts), flush=True)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(exist_ok=True)
    programs = scratch(folder) if '--built' not in sys.argv else folder / 'target/debug/examples'
    readings = vocabularies(folder)
    role = roles()
    untaught = folder / 'untaught.bin'
    untaught.write_bytes(table(role, [(0.0, [])] * 3))
    data = []
    for reading in readings:
        records = load(reading[0])
        share = 1.0 if reading[1] == 'first' else 0.35
        data += [(*row, share, reading[0], reading[1]) for row in rows(programs / 'weighed', reading, untaught, records)]
    (folder / 'rows.json').write_text(json.dumps(data))
    for model in (0, 1, 2):
        print('model', model, 'examples', sum(r[3] == model for r in data), 'right', sum(r[3] == model and r[2] for r in data))
    before = {what: np.zeros(3, int) for what in ('phone', 'email', 'name', 'fields')}
    after = {what: np.zeros(3, int) for what in before}
    for reading in [r for r in readings if r[1] == 'first']:
        name = reading[0]
        path = folder / f'without-{name}.bin'
        path.write_bytes(fit([row for row in data if row[6] != name], role))
        records = load(name)
        for label, file, sums in (('before', untaught, before), ('left out', path, after)):
            counts = score(run(programs / 'predict', reading, file), records)
            line(f'{name} {label}', counts)
            for what in counts:
                sums[what] += counts[what]
    line('all before', before)
    line('all left out', after)
    if '--write' in sys.argv:
        pathlib.Path(sys.argv[sys.argv.index('--write') + 1]).write_bytes(fit(data, role))


if __name__ == '__main__':
    main()
