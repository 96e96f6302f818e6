"""Arguments of the commands that measure: eval, eval init, calibrate, bench."""

import argparse

from assistant.cli.arguments.shared import positive, scope


def evaluate(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant eval`."""
    parser.add_argument("questions", nargs="?", metavar="QUESTIONS.jsonl")
    parser.add_argument(
        "--mine", action="store_true", help="the answers that you marked as right or wrong (+, -)"
    )
    parser.add_argument(
        "--documents", metavar="DIR", help="answer from these files instead of the library"
    )
    scope(parser)
    parser.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help="only the first N questions; N drawn by chance with --seed",
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="of the sample and of the intervals (default: 1)"
    )
    parser.add_argument(
        "--predictions",
        metavar="RUN",
        help="a folder, or a file that ends in .jsonl: where it answers every question, it is"
        " scored and nothing is asked; where it answers some, the rest is asked; where there is"
        " nothing, the answers are written there",
    )
    parser.add_argument("--json", metavar="FILE", help="write the whole result as JSON")
    parser.add_argument(
        "--html", metavar="FILE", help="write it as a page to read, with every question"
    )
    parser.add_argument(
        "--compare",
        metavar="RUN",
        help="hold the answers against a run's (a folder or .jsonl), question by question",
    )
    parser.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="MEASURE=VALUE",
        help="exit with 1 if the measure is below the value (above it, where lower is better)",
    )
    parser.add_argument(
        "--ablate",
        action="append",
        default=[],
        choices="dense bm25 fusion reranker reader check verifier adapter llm".split(),
        help="run once more without this part, to see what it is worth",
    )
    parser.add_argument(
        "--baseline",
        action="store_true",
        help="run once more as tutorials have it: three passages pasted into a prompt",
    )


def init(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant eval init`."""
    parser.add_argument(
        "file",
        nargs="?",
        default="questions.jsonl",
        metavar="FILE",
        help="where to (default: questions.jsonl); .csv for a spreadsheet",
    )
    parser.add_argument(
        "--number", type=positive, default=30, help="how many questions (default: 30)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another number is another choice"
    )
    parser.add_argument(
        "--documents", metavar="DIR", help="ask about these files instead of the library"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def calibrate(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant calibrate`."""
    parser.add_argument(
        "questions",
        nargs="?",
        metavar="QUESTIONS.jsonl",
        help='a question set as for `eval`, some with "answerable": false; without one, a cautious'
        " estimate from the library itself",
    )
    parser.add_argument(
        "--mine", action="store_true", help="by the answers that you marked as right or wrong"
    )
    parser.add_argument("--reset", action="store_true", help="go back to what is shipped")
    parser.add_argument("--yes", action="store_true", help="write it without asking")
    parser.add_argument("--json", action="store_true", help="as JSON")


def bench(parser: argparse.ArgumentParser) -> None:
    """Add those of `assistant bench`."""
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="these alone; `--only list` names all"
    )
    parser.add_argument("--quick", action="store_true", help="a smaller library and fewer rounds")
    parser.add_argument(
        "--documents", metavar="DIR", help="measure over these files instead of made-up ones"
    )
    parser.add_argument("--json", metavar="FILE", help="write every figure as JSON")
    parser.add_argument("--compare", metavar="FILE", help="hold the run against an earlier one's")
    parser.add_argument(
        "--growth",
        metavar="N,N…",
        help="instead: time and memory as a library grows to these numbers of passages",
    )
    parser.add_argument(
        "--turns", metavar="N,N…", help="instead, or with --growth: as a conversation grows"
    )
    parser.add_argument("--svg", metavar="FILE", help="write the growth as a picture")
