"""Adds two customers, to sign in as."""

from django.contrib.auth.hashers import make_password
from django.db import migrations


def add_customers(apps, schema_editor):
    user = apps.get_model("auth", "User")
    for name in ("ada", "grace"):
        password = make_password("example")
        user.objects.create(username=name, email=f"{name}@example.com", password=password)


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(add_customers, migrations.RunPython.noop)]
