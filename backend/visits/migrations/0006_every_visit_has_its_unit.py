import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0001_initial"),
        ("visits", "0005_unit_of_the_order"),
    ]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["programme", "told_at"], name="visit_by_arrival"),
        ),
    ]
