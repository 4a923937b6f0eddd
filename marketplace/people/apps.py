from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "marketplace.people"
    label = "people"
