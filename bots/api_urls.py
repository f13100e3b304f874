"""The REST addresses of bots."""

from rest_framework.routers import SimpleRouter

from bots.api import BotViewSet

router = SimpleRouter(use_regex_path=False)
router.register("bots", BotViewSet, "bot")

urlpatterns = router.urls
