"""The command line: thin; it reads, calls one verb of the api and prints."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path


def main() -> None:
    """Run one command. Exit status 0 done, 1 a fault of the program, 2 bad input, 3 undetermined, 130 interrupted."""
    from crosshold.errors import CrossholdError

    _open_streams()
    try:
        from crosshold.cli.app import app  # takes a moment, in which Ctrl-C may come

        try:
            app(standalone_mode=True)
        finally:
            sys.stdout.flush()  # what cannot be printed is told below, not by the interpreter at its end
    except CrossholdError as error:
        from crosshold.cli.output import report_failure

        report_failure(error, as_json="--json" in sys.argv[1:])
        raise SystemExit(error.exit_status) from None
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer turns it into status 1
            raise SystemExit(0) from None
        if isinstance(stop, SystemExit) and stop.code != 130:  # and Ctrl-C into this one
            raise
        print("interrupted; nothing was written", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (for example `| head`): say nothing more, not even at exit.
        _leave_stdout()
        raise SystemExit(0) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            _leave_stdout()
            print(f"error: E_WRITE the answer cannot be printed or kept ({error.strerror}). Free some space.", file=sys.stderr)
            raise SystemExit(2) from None
        # No input should lead here: a fault of ours is told as one, with its place, and never as a wall of text.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        print(
            f"error: a fault of crosshold itself, not of your input: {type(error).__name__} at {where}: {error}", file=sys.stderr
        )
        print("Please report it with the command and the file that led to it.", file=sys.stderr)
        raise SystemExit(1) from None


def _open_streams() -> None:
    """Streams that the caller closed (``>&-``) lead nowhere, instead of being nothing."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end


def _leave_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
