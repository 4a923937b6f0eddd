from django.db import migrations

from marketplace.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("people", "0002_organisation_comune")]

    operations = [append_only("people_sensitiveread")]
