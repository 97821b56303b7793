from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('finance', '0001_rights'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='finance',
            options={'default_permissions': (), 'managed': False, 'permissions': [('see_books', 'Can see the books'), ('refund', 'Can give money back'), ('approve_refund', 'Can approve what others want to give back'), ('pay_out', 'Can propose and send payouts'), ('approve_payout', 'Can approve payouts that others proposed'), ('close_month', 'Can lock a month'), ('set_terms', 'Can set commission, fees and the limit of refunds'), ('see_gift_cards', 'Can see gift cards'), ('handle_gift_cards', 'Can issue, block and void gift cards'), ('approve_gift_cards', 'Can approve what others want to do with gift cards')], 'verbose_name': 'finance', 'verbose_name_plural': 'finance'},
        ),
    ]
