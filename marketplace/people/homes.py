"""Where somebody lives, as far as it helps to show what is near: a comune, and no address."""

from __future__ import annotations

from marketplace.api.entities import not_found
from marketplace.people.models import Home
from marketplace.territory.models import Comune


def home_set(*, user_id: int, comune_id: int | None) -> None:
    """Choose a comune, or with None go back to what one's employment says.

    Raises:
        Refusal: NOT_FOUND where there is no such comune.
    """
    if comune_id is None:
        Home.objects.filter(user_id=user_id).delete()
        return
    if not Comune.objects.filter(pk=comune_id).exists():
        raise not_found("Comune", field="comune")
    Home.objects.update_or_create(user_id=user_id, defaults={"comune_id": comune_id})


def chosen_home(user_id: int) -> Comune | None:
    """The comune that they chose, if they did."""
    found = Home.objects.filter(user_id=user_id).select_related("comune__ambito").first()
    return found.comune if found else None
