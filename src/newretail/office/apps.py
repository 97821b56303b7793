from django.apps import AppConfig
from django.contrib.admin import apps as admin


class OfficeConfig(AppConfig):
    name = "newretail.office"
    label = "office"
    default = True
    default_auto_field = "django.db.models.BigAutoField"


class OfficeAdminConfig(admin.AdminConfig):
    """Django's admin with our site as the one that `@admin.register` fills."""

    default = False
    default_site = "newretail.office.site.OfficeSite"
