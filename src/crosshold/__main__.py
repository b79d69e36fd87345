"""``python -m crosshold``: the command line."""

from crosshold.cli import main

if __name__ == "__main__":
    main()
