"""Coming in, going out, and what a person chooses about themselves.

Owns sign-in, sign-out, passwords, the profile and the form that waited for a new session. Must
never see a password longer than it takes to hand it to the API.
"""
