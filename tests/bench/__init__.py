"""``make bench``: speed as ratios within one run, alternating what is compared; nothing asserted.

Owns its server, its databases and the processes it starts, and ends them all. Absolute figures move
by a factor from hour to hour on a shared machine: read the ratios.
"""
