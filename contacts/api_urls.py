"""The REST addresses of contacts, groups, tags, numbers, opt-outs and the consent ledger."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from contacts.api import lists
from contacts.api.consent import ConsentEventViewSet, OptOutViewSet
from contacts.api.contacts import ContactViewSet
from contacts.api.names import GroupViewSet, TagViewSet
from contacts.api.numbers import NumberViewSet
from contacts.api.permission import ContactPermission

router = SimpleRouter(use_regex_path=False)
router.register("contacts", ContactViewSet, "contact")
router.register("groups", GroupViewSet, "group")
router.register("tags", TagViewSet, "tag")
router.register("numbers", NumberViewSet, "number")
router.register("opt-outs", OptOutViewSet, "opt-out")
router.register("consent-events", ConsentEventViewSet, "consent-event")

contact = [
    path("groups/", lists.ContactGroups.as_view(), name="contact-groups"),
    path("groups/<int:group_id>/", lists.ContactGroup.as_view(), name="contact-group"),
    path("tags/", lists.ContactTags.as_view(), name="contact-tags"),
    path("tags/<int:tag_id>/", lists.ContactTag.as_view(), name="contact-tag"),
    path("permission/", ContactPermission.as_view(), name="contact-permission"),
]

urlpatterns = [*router.urls, path("contacts/<int:id>/", include(contact))]
