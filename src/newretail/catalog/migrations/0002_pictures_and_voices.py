# Tables of uploaded pictures, reviews, questions and answers, and the sums over ratings.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='picture',
            field=models.CharField(blank=True, db_default='', editable=False, help_text='The uploaded picture on its cards, if any.', max_length=60),
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('key', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('tenant_id', models.SmallIntegerField(default=1)),
                ('owner_id', models.BigIntegerField(help_text="The member who uploaded it for a review; 0: the shop's own.")),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['made_at'], name='picture_by_age'), models.Index(fields=['owner_id', 'made_at'], name='picture_by_owner')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant_id', models.SmallIntegerField(default=1)),
                ('member_id', models.BigIntegerField()),
                ('author', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('text', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('published', 'published'), ('rejected', 'rejected')], default='waiting', max_length=9)),
                ('reason', models.CharField(blank=True, choices=[('off_topic', 'off_topic'), ('insult', 'insult'), ('personal', 'personal'), ('advertising', 'advertising'), ('unreadable', 'unreadable'), ('other', 'other')], default='', max_length=12)),
                ('note', models.CharField(blank=True, default='', help_text='What the writer is told with the reason.', max_length=240)),
                ('written_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('reports', models.IntegerField(default=0)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant_id', models.SmallIntegerField(default=1)),
                ('member_id', models.BigIntegerField()),
                ('author', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('text', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('published', 'published'), ('rejected', 'rejected')], default='waiting', max_length=9)),
                ('reason', models.CharField(blank=True, choices=[('off_topic', 'off_topic'), ('insult', 'insult'), ('personal', 'personal'), ('advertising', 'advertising'), ('unreadable', 'unreadable'), ('other', 'other')], default='', max_length=12)),
                ('note', models.CharField(blank=True, default='', help_text='What the writer is told with the reason.', max_length=240)),
                ('written_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('reports', models.IntegerField(default=0)),
                ('is_staff', models.BooleanField(default=False)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='catalog.question')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RatingSummary',
            fields=[
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalog.product')),
                ('ones', models.IntegerField(default=0)),
                ('twos', models.IntegerField(default=0)),
                ('threes', models.IntegerField(default=0)),
                ('fours', models.IntegerField(default=0)),
                ('fives', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('fives__gte', 0), ('fours__gte', 0), ('ones__gte', 0), ('threes__gte', 0), ('twos__gte', 0)), name='ratings_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('review', 'review'), ('question', 'question'), ('answer', 'answer')], max_length=8)),
                ('voice_id', models.BigIntegerField()),
                ('member_id', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('off_topic', 'off_topic'), ('insult', 'insult'), ('personal', 'personal'), ('advertising', 'advertising'), ('unreadable', 'unreadable'), ('other', 'other')], max_length=12)),
                ('reported_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'voice_id', 'member_id'), name='one_report_a_member')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant_id', models.SmallIntegerField(default=1)),
                ('member_id', models.BigIntegerField()),
                ('author', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('text', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('published', 'published'), ('rejected', 'rejected')], default='waiting', max_length=9)),
                ('reason', models.CharField(blank=True, choices=[('off_topic', 'off_topic'), ('insult', 'insult'), ('personal', 'personal'), ('advertising', 'advertising'), ('unreadable', 'unreadable'), ('other', 'other')], default='', max_length=12)),
                ('note', models.CharField(blank=True, default='', help_text='What the writer is told with the reason.', max_length=240)),
                ('written_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('reports', models.IntegerField(default=0)),
                ('rating', models.SmallIntegerField()),
                ('title', models.CharField(blank=True, default='', max_length=120)),
                ('is_verified', models.BooleanField(default=False, help_text='The writer had bought it here when writing.')),
                ('helpful', models.IntegerField(default=0)),
                ('reply', models.TextField(blank=True, default='')),
                ('replied_at', models.DateTimeField(null=True)),
                ('replied_by', models.BigIntegerField(null=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
            ],
            options={
                'permissions': [('moderate_voices', 'Can decide on reviews, questions and answers')],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReviewPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.SmallIntegerField()),
                ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.picture')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='catalog.review')),
            ],
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member_id', models.BigIntegerField()),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='catalog.review')),
            ],
        ),
        migrations.CreateModel(
            name='ProductPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.SmallIntegerField()),
                ('focus_x', models.SmallIntegerField(default=50)),
                ('focus_y', models.SmallIntegerField(default=50)),
                ('alts', models.JSONField(help_text='What it shows, by language; English is always there.')),
                ('added_by', models.BigIntegerField()),
                ('added_at', models.DateTimeField()),
                ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.picture')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('product', 'picture'), name='picture_once_a_product'), models.CheckConstraint(condition=models.Q(('focus_x__range', (0, 100)), ('focus_y__range', (0, 100))), name='focus_in_the_picture'), models.CheckConstraint(condition=models.Q(models.Q(('alts__en', ''), _negated=True), ('alts__has_key', 'en')), name='picture_is_told')],
            },
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['written_at'], name='question_waiting'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('reports__gt', 0)), fields=['-reports'], name='question_reported'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(fields=['member_id'], name='question_by_member'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'published', 'rejected'])), name='question_state_known'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='question_told_why'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='question_says_something'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['written_at'], name='answer_waiting'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(condition=models.Q(('reports__gt', 0)), fields=['-reports'], name='answer_reported'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['member_id'], name='answer_by_member'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'published', 'rejected'])), name='answer_state_known'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='answer_told_why'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='answer_says_something'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['written_at'], name='review_waiting'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('reports__gt', 0)), fields=['-reports'], name='review_reported'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['member_id'], name='review_by_member'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'published', 'rejected'])), name='review_state_known'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='review_told_why'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='review_says_something'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('product', 'member_id'), name='one_review_a_member'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('rating__range', (1, 5))), name='one_to_five_stars'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('helpful__gte', 0)), name='helpful_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='reviewphoto',
            constraint=models.UniqueConstraint(fields=('review', 'picture'), name='photo_once_a_review'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.UniqueConstraint(fields=('review', 'member_id'), name='one_vote_a_member'),
        ),
    ]
