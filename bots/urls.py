"""The addresses of the bot pages."""

from django.urls import path

from bots import views

app_name = "bots"
urlpatterns = [
    path("bots/", views.bot_list, name="bot_list"),
    path("bots/new/", views.bot_new, name="bot_new"),
    path("bots/<int:bot_id>/", views.bot_detail, name="bot_detail"),
    path("bots/<int:bot_id>/edit/", views.bot_edit, name="bot_edit"),
    path("bots/<int:bot_id>/status/", views.bot_status, name="bot_status"),
    path("bots/<int:bot_id>/delete/", views.bot_delete, name="bot_delete"),
]
