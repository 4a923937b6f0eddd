"""Who somebody is, in which organisation, with which role, since when.

Owns organisations, memberships, roles and the actor that every permission check asks. Must never
hold what a room knows about its own people (an employment, a trainee's limits): that stays there.
"""
