"""What stays of a business's name when people write it in different ways."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

# Legal forms, and words that one person writes and the next leaves out.
# fmt: off
LEFT_OUT = frozenset({
    "srl", "srls", "spa", "sas", "snc", "ss", "coop", "cooperativa", "sociale", "societa", "soc",
    "scarl", "scrl", "onlus", "aps", "asd", "azienda", "agricola", "az", "agr", "ditta", "di",
    "e", "della", "del", "dei", "il", "la", "lo", "le", "i", "gli", "l", "d", "c",
})
# fmt: on
ALIKE = 0.88


def key_of(name: str) -> str:
    """``Az. Agr. «Il Còlle» di Rossi S.r.l.`` and ``il colle rossi`` are both ``colle rossi``."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # S.r.l. is one word, not three.
    words = re.findall(r"\w+", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain))
    kept = [word for word in words if word not in LEFT_OUT]
    return " ".join(kept or words)[:120]


def is_alike(one: str, other: str) -> bool:
    """Whether two keys are one name with a typing error."""
    return one == other or SequenceMatcher(None, one, other).ratio() >= ALIKE
