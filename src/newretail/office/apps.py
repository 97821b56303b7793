from django.apps import AppConfig
from django.contrib.admin import apps as admin


class OfficeConfig(AppConfig):
    name = "newretail.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
    default = True


class OfficeAdminConfig(admin.AdminConfig):
    """Django's admin with our site as the one that `@admin.register` fills."""

    default_site = "newretail.office.site.OfficeSite"
    default = False
