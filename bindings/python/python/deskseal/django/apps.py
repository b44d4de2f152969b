"""The app."""

from django.apps import AppConfig

from deskseal.django import _checks


class DesksealConfig(AppConfig):
    """The app `deskseal`."""

    name = "deskseal.django"
    label = "deskseal"

    def ready(self) -> None:
        """Have `manage.py check` look at the settings."""
        _checks.register()
