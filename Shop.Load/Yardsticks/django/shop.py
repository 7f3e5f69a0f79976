"""A product and an order by Django, with the statements that pgbench runs. Nothing stands before the views."""

import os
import random
import re
from pathlib import Path

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="signs nothing",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ["PGUSER"],
            "PASSWORD": os.environ["PGPASSWORD"],
            "HOST": os.environ["PGHOST"],
            "PORT": os.environ["PGPORT"],
            # Connections stay open.
            "CONN_MAX_AGE": None,
        }
    },
)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


def statements(script):
    """Of a script of pgbench, which names its variables :number and :key."""
    lines = (Path(__file__).parent.parent / script).read_text().splitlines()
    sql = "\n".join(line for line in lines if not line.startswith("\\"))
    parts = [part.strip() for part in sql.split(";")]
    return [
        re.sub(r"(?<!:):(number|key)", r"%(\1)s", part)
        for part in parts
        if part not in ("", "BEGIN", "COMMIT")
    ]


READ = statements("read-product.sql")[0]
ORDER = statements("place-order.sql")


def parameters():
    return {"number": random.randint(1, 24), "key": random.randint(1, 9_000_000_000_000_000)}


def product(request):
    with connection.cursor() as cursor:
        cursor.execute(READ, parameters())
        names = [column.name for column in cursor.description]
        return JsonResponse(dict(zip(names, cursor.fetchone())))


def order(request):
    values = parameters()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ORDER:
            cursor.execute(statement, values)
    return JsonResponse({"status": "Placed"}, status=201)


urlpatterns = [path("product", product), path("order", order)]
application = get_wsgi_application()
