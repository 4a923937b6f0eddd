"""What a sale is: its lines, the gates in front of it, the parties it pays, its way back.

Owns the engine-neutral Sale, the registry of gates, levies and followers, and settlement into the
ledger. Must never know a plugin by name.
"""
