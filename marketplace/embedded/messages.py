"""``make messages``: bring the sentences of the code into the catalogue, and say what it lacks.

A sentence that has gone leaves the catalogue; one that has changed comes in anew, untranslated: a
guess from a similar one could promise what the code does not do.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[2]
CATALOGUE = PROJECT / "locale" / "it" / "LC_MESSAGES" / "django.po"
TOPS = ("marketplace", "plugins", "fixtures")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Babel's own would hold dates and a translator's address, and change with every run.
HEADER = """\
# What WELFAREPIU says to people, in Italian. `make messages` keeps it in step with the code.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: it\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def extracted() -> Catalog:
    """Every sentence of the code, with the files that say it."""
    found = Catalog()
    for top in TOPS:
        for file, line, text, comments, context in extract_from_dir(
            PROJECT / top, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(text, None, [(f"{top}/{file}", line)], (), comments, context=context)
    return found


def catalogue(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    with path.open("rb") if path.exists() else BytesIO() as source:
        return read_po(source, locale="it")


def updated(translated: Catalog) -> Catalog:
    """``translated`` with the sentences of the code of now, and no others."""
    translated.update(extracted(), no_fuzzy_matching=True)
    translated.obsolete.clear()
    return translated


def text_of(translated: Catalog) -> str:
    out = BytesIO()
    write_po(out, translated, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + out.getvalue().decode().lstrip("\n")


def sentences(translated: Catalog) -> list[Message]:
    """Every entry but the header."""
    return [message for message in translated if message.id]


def is_translated(message: Message) -> bool:
    """Whether a message has its text, in the plural every form of it."""
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(texts) and not message.fuzzy


def main() -> int:
    found = updated(catalogue())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(text_of(found), encoding="utf-8")
    lacking = [message for message in sentences(found) if not is_translated(message)]
    print(f"{len(sentences(found))} sentences, {len(lacking)} without Italian.")
    for message in lacking:
        files = dict.fromkeys(file for file, _line in message.locations)
        print(f"  {message.id!r} ({', '.join(files)})")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
