from django.apps import AppConfig


class CloudConfig(AppConfig):
    name = "newretail.cloud"
    label = "cloud"
    default_auto_field = "django.db.models.BigAutoField"
