"""The pages process: Django by WSGI, served by Granian on loopback behind the front door."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newretail.doors.settings")
application = get_wsgi_application()
