"""Django for commands, and the tables brought up to date."""

from __future__ import annotations

import os

from newretail.kit import settings


def setup_django() -> None:
    """Load Django's settings and apps; the database must be named by then."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newretail.doors.settings")
    import django

    django.setup()


def migrate() -> list[str]:
    """Bring the shared tables and those of every cell up to date; return what was applied. Needs Django."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from newretail.cloud.api import migrate_cells
    from newretail.pay.api import open_charts

    executor = MigrationExecutor(connection)
    plan = [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    cells = migrate_cells(settings.DATABASE_URL.text)
    open_charts(settings.DATABASE_URL.text)
    return plan + [f"{cell}: {label}" for cell, labels in cells.items() for label in labels]
