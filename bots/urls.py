"""The addresses of the bot pages."""

from django.urls import path, re_path

from bots.sharing import KEY
from bots.views import bots, builder, notices, sharing, versions, wizard

app_name = "bots"
urlpatterns = [
    path("bots/", bots.bot_list, name="bot_list"),
    path("bots/new/", builder.bot_new, name="bot_new"),
    path("bots/new/problems/", builder.bot_problems, name="bot_new_problems"),
    path("bots/wizard/", wizard.list_wizard, name="wizard"),
    path("bots/<int:bot_id>/", bots.bot_detail, name="bot_detail"),
    path("bots/<int:bot_id>/edit/", builder.bot_edit, name="bot_edit"),
    path("bots/<int:bot_id>/problems/", builder.bot_problems, name="bot_problems"),
    path("bots/<int:bot_id>/versions/", versions.bot_versions, name="bot_versions"),
    path("bots/<int:bot_id>/restore/", versions.bot_restore, name="bot_restore"),
    path("bots/<int:bot_id>/status/", bots.bot_status, name="bot_status"),
    path("bots/<int:bot_id>/delete/", bots.bot_delete, name="bot_delete"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/done/", notices.notices_done, name="notices_done"),
    path("notices/<int:notice_id>/done/", notices.notice_done, name="notice_done"),
    path("bots/<int:bot_id>/share/", sharing.bot_share, name="bot_share"),
    path("bots/<int:bot_id>/qr/", sharing.bot_qr, name="bot_qr"),
    re_path(rf"^s/(?P<key>{KEY})/$", sharing.share, name="share"),
]
