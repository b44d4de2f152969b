"""The routes to include: `path("deskseal/", include("deskseal.django.urls"))`."""

from django.urls import URLPattern, path

from deskseal.django import views

app_name = "deskseal"

urlpatterns: list[URLPattern] = [
    path("portal", views.portal, name="portal"),
    path("identity", views.identity, name="identity"),
]
