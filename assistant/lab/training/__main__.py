"""`python -m assistant.lab.training`: makes the fitted files in models/.

`all` goes from the training data to all of them: `reader` trains the evidence reader through its
stages, `evidence DATA` fits ranking and confidence on the plan's question sets,
`adapter` trains the answer adapter of the embedded LLM. All of it needs the dependency group
`train`, resumes, and tells progress and time left. `measure QUESTIONS` says what a reader is worth
on a question set in JSON lines, `measure-check` how well statements made from one are held against
its documents, `measure-adapter` what the LLM writes with an adapter and without.
"""

import argparse
import json
import sys
from pathlib import Path

from assistant.errors import AssistantError
from assistant.lab.training import adapter_measure, check_measure, evidence, plan, reader_measure
from assistant.wiring import shipped_reader


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m assistant.lab.training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    fit = commands.add_parser("evidence", help="fit models/evidence-features.json")
    fit.add_argument(
        "files",
        nargs="+",
        type=Path,
        help="the folder of the training data; or question sets, in SQuAD's JSON shape or in JSON"
        " lines with their documents/ beside them",
    )
    fit.add_argument(
        "--questions", type=int, default=plan.QUESTIONS_A_FILE, help="of each file, at most"
    )
    fit.add_argument(
        "--outside-refused",
        type=float,
        default=plan.OUTSIDE_REFUSED,
        help="share of the questions on other subjects that the threshold refuses",
    )
    fit.add_argument("--no-reader", action="store_true", help="fit the model without one only")
    fit.set_defaults(run=_fit)
    train = commands.add_parser("reader", help="train models/evidence-reader/reader.onnx")
    if sys.argv[1:2] == ["reader"]:  # it needs torch, which only the group `train` installs
        from assistant.lab.training import reader

        reader.add_arguments(train)
        train.set_defaults(run=reader.command)
    every = commands.add_parser("all", help="train and fit everything in models/")
    if sys.argv[1:2] == ["all"]:
        from assistant.lab.training import everything

        everything.add_arguments(every)
        every.set_defaults(run=everything.command)
    adapt = commands.add_parser("adapter", help="train models/answer-adapter/adapter.gguf")
    if sys.argv[1:2] == ["adapter"]:
        from assistant.lab.training import adapter

        adapter.add_arguments(adapt)
        adapt.set_defaults(run=adapter.command)
    phrased = commands.add_parser("measure-adapter", help="figures of an adapter")
    adapter_measure.add_arguments(phrased)
    phrased.set_defaults(run=adapter_measure.command)
    held = commands.add_parser("measure-check", help="figures of `assistant check`")
    check_measure.add_arguments(held)
    held.set_defaults(run=check_measure.command)
    check = commands.add_parser("measure", help="figures of a reader on a question set")
    reader_measure.add_arguments(check)
    check.set_defaults(run=reader_measure.command)
    options = parser.parse_args()
    try:
        return int(options.run(options))
    except AssistantError as error:
        print(f"assistant.lab.training: {error}", file=sys.stderr)
        return 2


def _fit(options: argparse.Namespace) -> int:
    reader = None if options.no_reader else shipped_reader()
    files = [
        each
        for path in options.files
        for each in (plan.evidence_files(path) if path.is_dir() else [path])
    ]
    model = evidence.fit(
        files,
        options.questions,
        options.outside_refused,
        reader,
    )
    for name in ("plain", "with_reader", "words", "words_with_reader"):
        if isinstance(part := model.get(name), dict):
            print(name, json.dumps(part["figures_held_out"], indent=1))
            print(name, "calibration error", part["calibration_error_held_out"])
    print(f"Written: {evidence.write(model)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
