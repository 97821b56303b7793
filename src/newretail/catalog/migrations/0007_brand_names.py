import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_voice_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrandName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant_id', models.SmallIntegerField(default=1)),
                ('brand', models.CharField(max_length=60)),
                ('names', models.JSONField(default=dict, help_text='{"ko": "…", "zh-hans": "…"}')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'brand'), name='brand_once'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('names'), function='jsonb_typeof', output_field=models.CharField()), models.Value('object')), name='brand_names_by_language')],
            },
        ),
    ]
