"""The Italian catalogue holds every sentence of the code, whole."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message

from marketplace.api.entities import noun
from marketplace.api.schema import schema
from marketplace.embedded import messages

LETTERS = messages.PROJECT / "marketplace/shop/locale/it/LC_MESSAGES/django.po"
NAMED = re.compile(r"%\((\w+)\)[sd]")
FORMAL = re.compile(r"\b(Lei|La preghiamo|Suo|Sua|Suoi|Sue)\b")
EXTRACTED = messages.sentences(messages.extracted())
TRANSLATED = messages.sentences(messages.catalogue())


def key(message: Message) -> tuple[str | None, object]:
    return message.context, message.id


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def listed(found: list[Message]) -> str:
    return "\n".join(f"{m.id!r}  ({', '.join(sorted({f for f, _ in m.locations}))})" for m in found)


def test_every_sentence_of_the_code_is_in_the_catalogue_and_translated():
    whole = {key(message) for message in TRANSLATED if messages.is_translated(message)}
    lacking = [message for message in EXTRACTED if key(message) not in whole]
    assert not lacking, f"make messages, then write the Italian of:\n{listed(lacking)}"


def test_the_catalogue_holds_no_sentence_that_has_gone():
    said = {key(message) for message in EXTRACTED}
    gone = [message for message in TRANSLATED if key(message) not in said]
    assert not gone, f"make messages takes away:\n{listed(gone)}"


def same_placeholders(message: Message) -> bool:
    wanted = set(NAMED.findall(forms(message.id)[-1]))
    return all(set(NAMED.findall(text)) == wanted for text in forms(message.string))


def test_placeholders_are_the_same_in_every_form():
    wrong = [message for message in TRANSLATED if not same_placeholders(message)]
    assert not wrong, listed(wrong)


def test_a_form_that_loses_a_placeholder_would_be_found():
    said = ("%(n)s is left", "%(n)s are left")
    assert same_placeholders(Message(said, ("resta %(n)s", "restano %(n)s")))
    assert not same_placeholders(Message(said, ("resta %(n)s", "restano")))


def test_placeholders_have_names():
    """Another language puts them in another order."""
    bare = [m for m in EXTRACTED for text in forms(m.id) if NAMED.sub("", text).count("%")]
    assert not bare, listed(bare)


def test_both_languages_count():
    counting = [message for message in TRANSLATED if message.pluralizable]
    assert counting
    for message in counting:
        assert len(message.id) == len(message.string) == 2, message.id


def test_people_are_addressed_as_tu():
    letters = messages.sentences(messages.catalogue(LETTERS))
    assert letters
    formal = [m for m in TRANSLATED + letters for text in forms(m.string) if FORMAL.search(text)]
    assert not formal, listed(formal)


def test_what_is_compiled_is_what_is_written():
    compiled = messages.CATALOGUE.with_suffix(".mo")
    with compiled.open("rb") as file:
        found = gettext.GNUTranslations(file)
    for message in TRANSLATED:
        one, *more = forms(message.id)
        if more:
            said = tuple(found.ngettext(one, more[0], number) for number in (1, 2))
            assert said == message.string
        elif message.context:
            assert found.pgettext(message.context, one) == message.string
        else:
            assert found.gettext(one) == message.string


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for top in ("marketplace", "plugins"):
        for path in sorted((messages.PROJECT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
            yield node


def is_bare(node: ast.expr) -> bool:
    """A sentence that no translator sees: a text, or one with values put in."""
    if isinstance(node, ast.BinOp):
        return is_bare(node.left)
    return isinstance(node, ast.JoinedStr | ast.Constant)


def test_no_refusal_is_worded_past_the_catalogue():
    bare = [
        f"{path.relative_to(messages.PROJECT)}:{call.lineno}"
        for path, tree in modules()
        for call in calls(tree, "Refusal")
        if len(call.args) > 1 and is_bare(call.args[1])
    ]
    assert not bare, bare


def test_whatever_is_looked_up_by_its_id_has_a_noun():
    looked_up = {
        argument.value
        for _path, tree in modules()
        for call in calls(tree, "from_global", "from_global_text", "not_found", "optional_key")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert len(looked_up) > 15
    schema()  # its types bring their nouns
    nameless = {name for name in looked_up if noun(name) == name}
    assert not nameless, f"say in the Entity's Meta: noun = _(...) of {sorted(nameless)}"
