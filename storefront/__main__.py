"""``python -m storefront <command>``: Django's commands with the storefront's settings."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "storefront.settings"
    execute_from_command_line(sys.argv)
