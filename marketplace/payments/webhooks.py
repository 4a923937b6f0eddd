"""Where Stripe tells us what became of a payment: ``/stripe/webhook/``.

Nothing but the signature authenticates it. 200 means stored (now or before); 400 means that it is
not Stripe's; anything else makes Stripe deliver it again, which changes nothing that was done.
"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.payments.door import event_of
from marketplace.payments.events import event_receive


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify, store once, apply once."""
    try:
        event = event_of(request.body, request.META.get("HTTP_STRIPE_SIGNATURE", ""))
    except ValueError:
        return HttpResponse("This is not an event that Stripe signed for us.", status=400)
    event_receive(event=event, payload_sha256=hashlib.sha256(request.body).hexdigest())
    return HttpResponse(status=200)
