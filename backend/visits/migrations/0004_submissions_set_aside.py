from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0003_one_copy_of_the_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("slot", "current"), _negated=True),
                fields=["received_at", "id"],
                name="submission_set_aside",
            ),
        ),
    ]
