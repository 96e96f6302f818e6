"""`python -m assistant` is the command `assistant`."""

try:
    from assistant.cli.main import run
except KeyboardInterrupt:  # before there is anybody to say so
    raise SystemExit(2) from None
except RuntimeError as error:  # Python 3.11 wraps one that comes while a class is made
    if isinstance(error.__cause__, KeyboardInterrupt):
        raise SystemExit(2) from None
    raise

if __name__ == "__main__":
    run()
