"""For other WSGI servers: `wsgi:application`, with the INCENTIVE_* settings of the environment."""

from incentive.app import create_app

application = create_app()
