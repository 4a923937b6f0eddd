from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "marketplace.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_save

        from marketplace.people.sessions import password_saved

        post_save.connect(password_saved, sender=get_user_model(), dispatch_uid="people.password")
