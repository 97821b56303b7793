from django.db import migrations


class Migration(migrations.Migration):
    """Ids up to 100,000 are kept for members imported with the ids of their source; people who sign up come after."""

    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE people_member ALTER COLUMN id RESTART WITH 100001", migrations.RunSQL.noop
        )
    ]
