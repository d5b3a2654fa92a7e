import sys; sys.path.insert(0,"/tmp/w")
from q import Show
import pytest
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import *
from django.db import connection
from tests.backend.visits.telling import listed
pytestmark = pytest.mark.django_db(transaction=True)
def test_show(sari, order):
    sync(sari)
    photos = [offered(order, {**listed(jpeg()), "sha256": f"{n:043d}"}) for n in range(5)]
    print("ANNOUNCE"); 
    with Show(connection): sync(sari, photos=photos)
    print("AGAIN")
    with Show(connection): sync(sari, photos=photos)
    one=listed(jpeg())
    sync(sari, submission(order, photos=[one]), photos=[offered(order,one)])
    print("PATCH")
    with Show(connection): patch(sari, f"/api/v1/uploads/{one['id']}.0", jpeg())
    print("TELL")
    o2=world.order(sari)
    with Show(connection): sync(sari, submission(o2))
    print("DRAFT")
    with Show(connection): sync(sari, draft(o2.pk,1))
    with Show(connection): sync(sari, draft(o2.pk,2))
