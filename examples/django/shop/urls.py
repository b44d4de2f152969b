"""The URLs: the support page, and those of the two apps."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", login_required(TemplateView.as_view(template_name="support.html")), name="support"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("deskseal/", include("deskseal.django.urls")),
]
