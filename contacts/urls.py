"""The addresses of the pages of contacts, groups, tags, numbers and imports."""

from django.urls import include, path

from contacts.views import (
    account,
    contacts,
    groups,
    imports,
    lists,
    numbers,
    overview,
    permission,
    policy,
    requests,
    reviews,
    tags,
)

app_name = "contacts"

contact = [
    path("edit/", contacts.contact_edit, name="contact_edit"),
    path("groups/", lists.contact_groups, name="contact_groups"),
    path("groups/<int:group_id>/leave/", lists.contact_leave, name="contact_leave"),
    path("tags/", lists.contact_tags, name="contact_tags"),
    path("tags/<int:tag_id>/remove/", lists.contact_untag, name="contact_untag"),
    path("blocks/", permission.contact_block, name="contact_block"),
    path("blocks/lift/", permission.contact_unblock, name="contact_unblock"),
    path("opt-outs/", permission.contact_opt_out, name="contact_opt_out"),
    path("opt-ins/", permission.contact_opt_in, name="contact_opt_in"),
]

urlpatterns = [
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("contacts/new/", contacts.contact_new, name="contact_new"),
    path("contacts/imports/new/", imports.import_new, name="import_new"),
    path("contacts/imports/<int:import_id>/", imports.import_detail, name="import_detail"),
    path("contacts/<int:contact_id>/", include(contact)),
    path("groups/", groups.group_list, name="group_list"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<int:group_id>/", groups.group_detail, name="group_detail"),
    path("groups/<int:group_id>/edit/", groups.group_edit, name="group_edit"),
    path("groups/<int:group_id>/delete/", groups.group_delete, name="group_delete"),
    path("account/edit/", account.account_edit, name="account_edit"),
    path("permission/", overview.permission, name="permission"),
    path("permission/requests/new/", requests.request_new, name="request_new"),
    path("permission/reviews/", reviews.review_list, name="review_list"),
    path("permission/reviews/<int:review_id>/confirm/", reviews.review_confirm, name="review_confirm"),
    path("permission/reviews/<int:review_id>/dismiss/", reviews.review_dismiss, name="review_dismiss"),
    path("permission/reviews/<int:review_id>/undo/", reviews.review_undo, name="review_undo"),
    path("permission/scope/", policy.scope, name="scope"),
    path("permission/scope/new/", policy.scope_new, name="scope_new"),
    path("permission/scope-policies/<int:policy_id>/cancel/", policy.scope_cancel, name="scope_cancel"),
    path("tags/", tags.tag_list, name="tag_list"),
    path("tags/new/", tags.tag_new, name="tag_new"),
    path("tags/<int:tag_id>/edit/", tags.tag_edit, name="tag_edit"),
    path("tags/<int:tag_id>/delete/", tags.tag_delete, name="tag_delete"),
    path("numbers/", numbers.number_list, name="number_list"),
    path("numbers/new/", numbers.number_new, name="number_new"),
    path("numbers/<int:number_id>/", numbers.number_detail, name="number_detail"),
    path("numbers/<int:number_id>/opt-outs/", numbers.number_opt_outs, name="number_opt_outs"),
    path("numbers/<int:number_id>/edit/", numbers.number_edit, name="number_edit"),
]
