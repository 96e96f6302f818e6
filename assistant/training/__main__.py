"""`python -m assistant.training evidence FILE…`: fit the evidence model from SQuAD files."""

import argparse
import json
import sys
from pathlib import Path

from assistant.assistant import shipped_reader
from assistant.errors import AssistantError
from assistant.training import evidence


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m assistant.training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    fit = commands.add_parser("evidence", help="fit models/evidence-features.json")
    fit.add_argument("files", nargs="+", type=Path, help="question sets in SQuAD's JSON shape")
    fit.add_argument("--questions", type=int, default=700, help="of each file, at most")
    fit.add_argument(
        "--false-refusals",
        type=float,
        default=0.05,
        help="share of answerable questions that the threshold gives up",
    )
    fit.add_argument("--no-reader", action="store_true", help="fit the model without one only")
    options = parser.parse_args()
    try:
        model = evidence.fit(
            options.files,
            options.questions,
            options.false_refusals,
            None if options.no_reader else shipped_reader(),
        )
    except AssistantError as error:
        print(f"assistant.training: {error}", file=sys.stderr)
        return 2
    for name in ("plain", "with_reader"):
        if isinstance(part := model.get(name), dict):
            print(name, json.dumps(part["figures_held_out"], indent=1))
    print(f"Written: {evidence.write(model)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
