"""A process that has loaded the product and, for each line it reads, forks one that settles.

A settler works until it is killed. Run by test_settlement_kill.py; the settings come as JSON.
"""

import json
import os
import signal
import sys
import time

from incentive.app import create_app
from incentive.config import Settings
from incentive.settlement import jobs


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    known = json.loads(sys.argv[1])
    app = create_app(Settings(secret=b"a secret of the tests, of no worth anywhere", **known))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say("ready")
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            with app.app_context():
                while True:
                    jobs.settle()
                    time.sleep(0.002)
        say(child)


main()
