"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

from shout.database import refuse_dangerous_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shout.settings")

application = get_wsgi_application()
refuse_dangerous_role()
