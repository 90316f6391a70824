"""Addresses of the settings, of logins and of invitations."""

from django.urls import path

from safarichat.console.views import delivery, ending, logins, people, settings

urlpatterns = [
    path("settings", settings.settings, name="settings"),
    path("settings/people", people.people_page, name="people"),
    path("settings/people/name", people.rename, name="account_rename"),
    path("settings/people/invitations", people.invite, name="invite"),
    path("settings/people/invitations/<int:invitation_id>/withdraw", people.withdraw, name="invitation_withdraw"),
    path("settings/people/<int:user_id>/owner", people.make_owner, name="make_owner"),
    path("settings/people/<int:user_id>/remove", people.remove, name="member_remove"),
    path("settings/delivery", delivery.delivery, name="delivery"),
    path("settings/delete", ending.delete, name="account_delete"),
    path("accounts/sessions/", logins.login_list, name="login_list"),
    path("accounts/sessions/<slug:key>/end", logins.login_end, name="login_end"),
    path("accounts/invitation/<slug:token>/", people.accept, name="invitation"),
]
