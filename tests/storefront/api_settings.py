"""The API's settings behind a tested storefront: the embedded ones, with quick passwords."""

from marketplace.settings.embedded import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Its threads keep no connection: a crowd of another test's needs nearly all that the server has.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
