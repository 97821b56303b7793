from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0002_offers_taxes_tariffs'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='unpaid_minutes',
            field=models.SmallIntegerField(db_default=15, default=15, help_text='How long an order holds its goods while it waits for the money of a card or a bank.'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.CheckConstraint(condition=models.Q(('unpaid_minutes__range', (5, 1440))), name='unpaid_minutes_in_range'),
        ),
    ]
