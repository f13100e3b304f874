"""The REST addresses of contacts, groups, tags and numbers."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from contacts.api import lists
from contacts.api.contacts import ContactViewSet
from contacts.api.names import GroupViewSet, TagViewSet
from contacts.api.numbers import NumberViewSet

router = SimpleRouter(use_regex_path=False)
router.register("contacts", ContactViewSet, "contact")
router.register("groups", GroupViewSet, "group")
router.register("tags", TagViewSet, "tag")
router.register("numbers", NumberViewSet, "number")

contact = [
    path("groups/", lists.ContactGroups.as_view(), name="contact-groups"),
    path("groups/<int:group_id>/", lists.ContactGroup.as_view(), name="contact-group"),
    path("tags/", lists.ContactTags.as_view(), name="contact-tags"),
    path("tags/<int:tag_id>/", lists.ContactTag.as_view(), name="contact-tag"),
    path("permission/", lists.ContactPermission.as_view(), name="contact-permission"),
]

urlpatterns = [*router.urls, path("contacts/<int:id>/", include(contact))]
