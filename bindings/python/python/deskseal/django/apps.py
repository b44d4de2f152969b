"""The Django app."""

from django.apps import AppConfig

from deskseal.django import _checks


class DesksealConfig(AppConfig):
    """The app `deskseal`."""

    name = "deskseal.django"
    label = "deskseal"

    def ready(self) -> None:
        """Register the checks of `manage.py check`."""
        _checks.register()
