from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail."),
            "invalid": _("This is no e-mail address: look whether a letter or the @ is missing."),
        },
    )


class LoginForm(EmailForm):
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": _("Write your password.")},
    )


class NewPasswordForm(forms.Form):
    """The two hidden fields come from the letter's link."""

    email = forms.CharField(max_length=254, widget=forms.HiddenInput)
    token = forms.CharField(max_length=200, widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": _("Write the new password.")},
    )
    repeated = forms.CharField(
        label=_("The same again"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": _("Write the new password a second time.")},
    )

    def clean(self) -> Any:
        found = super().clean()
        password, repeated = found.get("password"), found.get("repeated")
        if password and repeated and password != repeated:
            self.add_error("repeated", _("The two are not the same. Write both again."))
        return found
