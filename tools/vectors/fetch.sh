#!/bin/sh
# Puts the packages whose word lists and translations `build.py` reads into a folder: sh fetch.sh FOLDER
# Nothing of them is run; only the encoder (requirements.txt) is installed.
set -eu
out=$1
mkdir -p "$out/wheels"
python3 -m pip download --quiet --no-deps --only-binary :all: -d "$out/wheels" \
    pyspellchecker==0.9.1 spacy-lookups-data==1.0.5 \
    django==5.2.19 django-oscar==4.2.1 django-helpdesk==2.6.1 indico==3.2.9 wagtail==8.0.1
for wheel in "$out"/wheels/*.whl; do
    name=$(basename "$wheel" | cut -d- -f1)
    python3 -m zipfile -e "$wheel" "$out/$name"
done
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$out" \
    dictionary-en@4.0.0 cldr-localenames-full@48.2.0
