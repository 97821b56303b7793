from django.apps import AppConfig


class ShopfrontConfig(AppConfig):
    name = "newretail.shopfront"
    label = "shopfront"
    default_auto_field = "django.db.models.BigAutoField"
