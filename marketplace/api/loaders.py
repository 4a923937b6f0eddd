"""Batches: what a list's rows each need is read once for the whole list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from promise import Promise
from promise.dataloader import DataLoader

Batch = Callable[[Sequence[Any]], dict[Any, Any]]


def load(info: Any, batch: Batch, key: Any) -> Any:
    """A promise of ``batch([...all keys asked in this step...])[key]``; None where it is missing.

    ``batch`` is a module-level function; its results are kept for the request.
    """
    loaders = info.context.__dict__.setdefault("_welfare_loaders", {})
    if batch not in loaders:

        def read(keys: list[Any]) -> Any:
            found = batch(keys)
            return Promise.resolve([found.get(one) for one in keys])

        loaders[batch] = DataLoader(batch_load_fn=read)
    return loaders[batch].load(key)
