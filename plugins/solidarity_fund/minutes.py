"""The minutes of the committee: written here alone, and never changed."""

from __future__ import annotations

from plugins.solidarity_fund.models import Event, FundRequest, Minute


def minute(request: FundRequest, event: Event, *, by_id: int | None = None, **facts: int) -> None:
    """Write down what happened. ``by_id`` is never given for what the applicant did, nor for a
    recusal that would point at the applicant; ``facts`` are amounts in cents and counts."""
    Minute.objects.create(request=request, event=event, by_id=by_id, facts=facts)
