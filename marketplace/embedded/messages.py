"""``make messages``: bring the sentences of the code into the catalogues, and say what they lack.

The API's rooms share one catalogue; each room of the storefront has its own, with the sentences of
its templates, and what lies beside the rooms has ``storefront/locale``. Names of such rooms limit
it to them: ``python -m marketplace.embedded.messages home``.

A sentence that has gone leaves its catalogue; one that has changed comes in anew, untranslated: a
guess from a similar one could promise what the code does not do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_from_dir
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[2]
CATALOGUE = PROJECT / "marketplace" / "locale" / "it" / "LC_MESSAGES" / "django.po"
TOPS = ("marketplace", "plugins", "fixtures")
STOREFRONT = PROJECT / "storefront"
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


def storefront_catalogues() -> dict[Path, list[Path]]:
    """The storefront's catalogues, each with the modules and templates that it is for."""
    found: dict[Path, list[Path]] = {}
    for file in sorted([*STOREFRONT.rglob("*.py"), *STOREFRONT.rglob("templates/**/*.html")]):
        room = file.relative_to(STOREFRONT).parts[0]
        is_room = (STOREFRONT / room / "__init__.py").exists()
        home = STOREFRONT / room if is_room else STOREFRONT
        found.setdefault(home / "locale" / "it" / "LC_MESSAGES" / "django.po", []).append(file)
    return found


def extracted_of(files: list[Path]) -> Catalog:
    """The sentences of some modules and templates of the storefront."""
    found = Catalog()
    for file in files:
        name = file.relative_to(PROJECT).as_posix()
        source = BytesIO(file.read_bytes() if file.suffix == ".py" else python_of(file))
        for line, text, comments, context in extract(
            "python", source, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(text, None, [(name, line)], (), comments, context=context)
    return found


def python_of(template: Path) -> bytes:
    """A template as Python that says its sentences: Django's own reading of it, made for gettext,
    with each line at the margin, where Python's tokenizer wants it."""
    from django.utils.translation.template import templatize

    text = templatize(template.read_text(encoding="utf-8"))
    return "\n".join(line.strip() for line in text.splitlines()).encode()


def catalogue(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    with path.open("rb") if path.exists() else BytesIO() as source:
        return read_po(source, locale="it")


def updated(translated: Catalog, said: Catalog) -> Catalog:
    """``translated`` with the sentences that are said now, and no others."""
    translated.update(said, no_fuzzy_matching=True)
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


def all_said(rooms: Sequence[str] = ()) -> Iterator[tuple[Path, Catalog]]:
    """Each catalogue's place with the sentences that belong in it; of ``rooms`` of the storefront
    only, where some are named."""
    if not rooms:
        yield CATALOGUE, extracted()
    for path, files in storefront_catalogues().items():
        if not rooms or path.parents[3].name in rooms:
            yield path, extracted_of(files)


def start_django() -> None:
    """Django's reader of templates asks its settings for a few things, none of them ours."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()


def main(rooms: Sequence[str] = ()) -> int:
    start_django()
    lacking: list[Message] = []
    count = 0
    for path, said in all_said(rooms):
        found = updated(catalogue(path), said)
        if not sentences(found) and not path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(found), encoding="utf-8")
        count += len(sentences(found))
        lacking += [message for message in sentences(found) if not is_translated(message)]
    print(f"{count} sentences, {len(lacking)} without Italian.")
    for message in lacking:
        files = dict.fromkeys(file for file, _line in message.locations)
        print(f"  {message.id!r} ({', '.join(files)})")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
