"""The lists of tables and columns that are moved in a way of their own, held against the models."""

from __future__ import annotations

import re

from django.apps import apps
from django.conf import settings
from django.db import models

from marketplace.operation.moving import rooms

# Texts that end like a key and are none of an order: each with what it is.
NOT_OF_AN_ORDER = {
    ("companies_stripeevent", "event_id"): "Stripe's",
    ("operation_redelivery", "task_id"): "Celery's",
    ("welfare_cards_cardpayment", "session_id"): "Stripe's",
}


def our_columns():
    for app in apps.get_app_configs():
        if app.name in settings.WELFAREPIU_ROOMS:
            for model in app.get_models(include_auto_created=True):
                for field in model._meta.local_fields:
                    yield model._meta.db_table, field


def test_every_text_that_names_an_order_is_translated():
    found = {
        (table, field.column)
        for table, field in our_columns()
        if isinstance(field, (models.CharField, models.TextField, models.UUIDField))
        and re.search(r"(_id|_ids|order|line)$", field.column)
    }
    assert found - NOT_OF_AN_ORDER.keys() == {*rooms.ORDERS, *rooms.LINES}


def test_we_refer_to_no_other_table_of_saleors_than_people_and_goods():
    ours = set(rooms.labels())
    theirs = {
        field.related_model._meta.label_lower
        for _table, field in our_columns()
        if field.is_relation and field.related_model._meta.app_label not in ours
    }
    assert theirs == {"account.user", "product.product"}


def test_every_table_of_ours_moves_or_is_said_to_stay(db):
    moving = set(rooms.tables())
    for table, _field in our_columns():
        assert (table in moving) is not (table in rooms.STAYING), table
    assert set(rooms.FILLED_BY_US) <= moving
    assert {table for table, _column in (*rooms.ORDERS, *rooms.LINES)} <= moving
