"""The API's settings behind a tested storefront: the embedded ones, with quick passwords."""

from marketplace.settings.embedded import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
