"""Every visit is told its order's unit. That it is always there is said by the next migration: PostgreSQL does not
change a table in the transaction that has just changed its rows."""

import django.db.models.deletion
from django.db import migrations, models

OF_THE_ORDER = """
UPDATE visits_visit SET unit_id = (
    SELECT unit_id FROM assignments_assignment WHERE assignments_assignment.id = visits_visit.assignment_id
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0001_initial"),
        ("units", "0001_initial"),
        ("visits", "0004_submissions_set_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="unit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
            ),
        ),
        migrations.RunSQL(OF_THE_ORDER, migrations.RunSQL.noop),
    ]
