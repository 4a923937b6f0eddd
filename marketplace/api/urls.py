"""``/graphql/`` is ours (Saleor's schema and the rooms' in one); the rest is Saleor's."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from marketplace.api.media import media
from marketplace.api.schema import schema
from marketplace.api.views import WelfareGraphQLView
from marketplace.payments.webhooks import stripe_webhook

urlpatterns = [
    # No cookie authenticates here, so there is nothing for a forged form to ride on.
    path("graphql/", csrf_exempt(WelfareGraphQLView.as_view(schema=schema())), name="api"),
    path("", include("marketplace.operation.urls")),
    path("media/<path:name>", media, name="media"),
    path("stripe/webhook/", stripe_webhook, name="stripe-webhook"),
    path("", include("saleor.urls")),
]
