"""The command line: thin; it reads, calls one verb of the api and prints."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path


def main() -> None:
    """Run one command. Exit status 0 done, 1 a fault of the program, 2 bad input, 3 undetermined, 130 interrupted."""
    from crosshold.cli.app import app
    from crosshold.cli.output import report_failure
    from crosshold.errors import CrossholdError

    try:
        app(standalone_mode=True)
    except CrossholdError as error:
        report_failure(error, as_json="--json" in sys.argv[1:])
        raise SystemExit(error.exit_status) from None
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != 130:  # typer turns Ctrl-C into this status
            raise
        print("interrupted; nothing was written", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (for example `| head`): say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        # No input should lead here: a fault of ours is told as one, with its place, and never as a wall of text.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        print(
            f"error: a fault of crosshold itself, not of your input: {type(error).__name__} at {where}: {error}", file=sys.stderr
        )
        print("Please report it with the command and the file that led to it.", file=sys.stderr)
        raise SystemExit(1) from None
