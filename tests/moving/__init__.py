"""Moving a territory from one installation to another."""
