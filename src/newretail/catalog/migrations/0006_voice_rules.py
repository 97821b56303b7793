from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_names_by_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='VoiceRules',
            fields=[
                ('tenant_id', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('reviews_wait', models.BooleanField(default=True, help_text='A review with photos waits in any case.')),
                ('questions_wait', models.BooleanField(default=True)),
                ('answers_wait', models.BooleanField(default=True, help_text='Of buyers; staff answer at once.')),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
