"""The providers' fixtures serve here too."""

from __future__ import annotations

from tests.ethics_charter.conftest import charter as charter
from tests.providers.conftest import baker as baker
from tests.providers.conftest import manager as manager
