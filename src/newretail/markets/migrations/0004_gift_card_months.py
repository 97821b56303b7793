from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('markets', '0003_unpaid_minutes'),
    ]

    operations = [
        migrations.AddField(
            model_name='market',
            name='gift_card_months',
            field=models.SmallIntegerField(db_default=0, default=0, help_text='How long a gift card that is issued without a day of its own can be used; 0: it has no end.'),
        ),
        migrations.AddConstraint(
            model_name='market',
            constraint=models.CheckConstraint(condition=models.Q(('gift_card_months__range', (0, 240))), name='gift_card_months_in_range'),
        ),
    ]
