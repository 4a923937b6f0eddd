"""The same Saleor without our rooms and plugins: what ``make bench`` compares with, and what the
test databases' first template is migrated with."""

from marketplace.settings.embedded import *

INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in [*WELFAREPIU_ROOMS, "fixtures"]]
WELFAREPIU_ROOMS = []
globals().update(BARE)
