from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.buy.drafts import Address

PICK_UP, SFA, ON_SITE = "pick_up", "sfa_delivery", "on_site"


class DeliveryForm(forms.Form):
    """Where it goes and who pays. Choices are what cart and wallets allow; prices are the API's."""

    delivery = forms.ChoiceField(
        label=_("How it reaches you"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how it reaches you."),
            "invalid_choice": _("This way is not offered for what is in the cart. Choose another."),
        },
    )
    first_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        error_messages={"required": _("Write your first name.")},
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        error_messages={"required": _("Write your last name.")},
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        error_messages={"required": _("Write street and number.")},
    )
    city = forms.CharField(
        label=_("Comune"),
        max_length=80,
        error_messages={"required": _("Write the comune.")},
    )
    postal_code = forms.RegexField(
        r"^\d{5}$",
        label=_("Postal code"),
        max_length=5,
        error_messages={
            "required": _("Write the postal code."),
            "invalid": _("A postal code has five digits."),
        },
    )
    phone = forms.RegexField(
        r"^[+\d][\d /.-]{4,24}$",
        label=_("Phone"),
        max_length=25,
        required=False,
        error_messages={"invalid": _("Write the number with its prefix, such as 035 123456.")},
    )
    note = forms.CharField(
        label=_("A word for who prepares it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    remember = forms.BooleanField(label=_("Remember this address"), required=False)
    wallet = forms.CharField(required=False, max_length=64)

    def __init__(
        self, *args: Any, ways: Sequence[str], comuni: Sequence[Mapping[str, Any]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["delivery"].choices = [(way, way) for way in ways]
        self._comuni = {one["name"].casefold(): one for one in comuni}

    def clean_city(self) -> str:
        """The comune as it writes itself, where it is one of ours."""
        written = " ".join(self.cleaned_data["city"].split())
        ours = self._comuni.get(written.casefold())
        return str(ours["name"]) if ours else written

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        city = cleaned.get("city")
        if cleaned.get("delivery") == SFA and city and city.casefold() not in self._comuni:
            self.add_error(
                "city",
                _("The SFA delivers in the comuni of the territory only. Choose pick-up instead."),
            )
        return cleaned

    def address(self) -> Address:
        names = ("first_name", "last_name", "street", "city", "postal_code", "phone")
        return Address(**{name: self.cleaned_data[name] for name in names})
