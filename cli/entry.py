"""Where ``diancai`` begins."""

import sys

from cli.terminal import accept_any_character


def run() -> None:
    """Runs the command line. ``plan`` goes by itself: it needs none of the services, whose import takes as long as its
    first plan."""
    accept_any_character()
    if sys.argv[1:2] == ["plan"]:
        from cli.plan import app as plan

        plan(sys.argv[2:], prog_name="diancai plan")
    else:
        from cli.main import app

        app()
