from django.db import migrations

from marketplace.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_given_back")]

    operations = [append_only("sales_settlementreversal")]
