from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "newretail.doors"
    label = "doors"
