"""Plugins' configurations: read once in a request, anew in the next one and after a change."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration

IDENTIFIER = "mirumee.webhooks"


@contextmanager
def request():
    """From where Django says that a request begins to where it says that it ends."""
    signals = (request_started, request_finished)
    for signal in signals:
        # It would close the connection that the test's transaction is in.
        signal.disconnect(close_old_connections)
    request_started.send(None)
    try:
        yield
    finally:
        request_finished.send(None)
        for signal in signals:
            signal.connect(close_old_connections)


def is_active() -> bool:
    return get_plugins_manager()._get_all_plugin_configs()[IDENTIFIER].active


def read(captured: CaptureQueriesContext) -> int:
    return sum('FROM "plugins_pluginconfiguration"' in one["sql"] for one in captured)


@pytest.fixture
def configured(db):
    return PluginConfiguration.objects.create(
        identifier=IDENTIFIER, name="Webhooks", active=True, configuration=[]
    )


def test_a_request_reads_them_once(configured):
    with request(), CaptureQueriesContext(connection) as captured:
        assert all(is_active() for _again in range(3))
    assert read(captured) == 1


def test_none_at_all_is_read_once_too(db):
    with request(), CaptureQueriesContext(connection) as captured:
        get_plugins_manager(), get_plugins_manager()
    assert read(captured) == 1


def test_outside_a_request_each_manager_reads(configured):
    with CaptureQueriesContext(connection) as captured:
        is_active(), is_active()
    assert read(captured) == 2


def test_a_change_is_seen_within_the_request_and_in_the_next(configured):
    with request():
        assert is_active()
        configured.active = False
        configured.save()
        assert not is_active()
    PluginConfiguration.objects.update(active=True)  # as another process would: no signal here
    with request():
        assert is_active()


def test_what_one_manager_does_to_its_configuration_stays_with_it(configured):
    with request():
        one, other = get_plugins_manager(), get_plugins_manager()
        rows = one._get_all_plugin_configs()
        rows[IDENTIFIER].configuration.append({"name": "changed"})
        assert other._get_all_plugin_configs()[IDENTIFIER].configuration == []
