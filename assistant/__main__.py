"""`python -m assistant` is the command `assistant`."""

try:
    from assistant.cli.main import run
except KeyboardInterrupt:  # before there is anybody to say so
    raise SystemExit(2) from None

if __name__ == "__main__":
    run()
