"""Writes of this room: ``people`` (who is there and when), ``orders`` (tasks from orders),
``plans`` (who does which task), ``tasks`` (what becomes of one)."""
