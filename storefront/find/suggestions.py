"""Whom an employee would like to find in the shop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.api import ApiRefusal, ask, mutate
from storefront.sessions import signed_in


class SuggestForm(forms.Form):
    """Lengths are the API's; it says so where they are passed."""

    name = forms.CharField(label=gettext_lazy("Who"), max_length=120)
    comune = forms.ChoiceField(label=gettext_lazy("Comune"))
    offers = forms.CharField(
        label=gettext_lazy("What they make or do"),
        max_length=300,
        help_text=gettext_lazy("In a few words: goat's cheese, bicycle repairs, singing lessons."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why they should be here"),
        max_length=1000,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("The operator reads it without your name: leave out what is yours."),
    )

    def __init__(self, comuni: list[dict[str, Any]], *args: Any) -> None:
        super().__init__(*args)
        choices = [(one["id"], one["name"]) for one in comuni]
        self.fields["comune"].choices = [("", _("Choose a comune")), *choices]


@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    known = ask(request, "find/suggestions")
    comuni = [edge["node"] for edge in known["comuni"]["edges"]]
    form = SuggestForm(comuni, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = mutate(request, "find/suggest", input=form.cleaned_data)
        except ApiRefusal as refusal:
            for error in refusal.errors:
                form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, thanks(form.cleaned_data["name"], done))
            return redirect("find:suggest")
    told = {"form": form, "mine": known["myProviderSuggestions"]}
    return render(request, "find/suggest.html", told, status=400 if form.errors else 200)


def thanks(name: str, done: dict[str, Any]) -> str:
    """What came of it, in a sentence."""
    if done["again"]:
        return _("You had suggested «%(name)s» before: we keep your new words.") % {"name": name}
    others = done["voices"] - 1
    if not others:
        return _("Thank you: you are the first to ask for «%(name)s».") % {"name": name}
    return ngettext(
        "Thank you: with you %(count)s other person asks for «%(name)s».",
        "Thank you: with you %(count)s other people ask for «%(name)s».",
        others,
    ) % {"count": others, "name": name}
