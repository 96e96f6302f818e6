"""Ten clients at once on `assistant serve`, by the real `openai` client: requests lost, and times.

    uv run python tests/bench/clients.py [MODEL]

MODEL is as for --model ("none", quotes alone, if left out).
"""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles

import openai

sys.path.insert(0, str(Path(__file__).parents[1]))
from server.test_openai_api import served

CLIENTS, EACH = 10, 5
ASKED = {
    "How far is Gharyan from Tripoli?": "31 miles",
    "When did Ban Ki-moon visit Libya?": "October 2014",
    "Who ordered the march on Tripoli?": "Hifter",
}


def main(model: str) -> None:
    with tempfile.TemporaryDirectory() as home, served(home, "--model", model) as url:

        def ask(number: int) -> tuple[float, str]:
            client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
            question, wanted = list(ASKED.items())[number % len(ASKED)]
            began = time.perf_counter()
            try:
                done = client.chat.completions.create(
                    model="default", messages=[{"role": "user", "content": question}]
                )
            except openai.OpenAIError as error:
                return time.perf_counter() - began, type(error).__name__
            said = done.choices[0].message.content or ""
            return time.perf_counter() - began, "answered" if wanted in said else "wrong"

        ask(0)
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            results = list(pool.map(ask, range(CLIENTS * EACH)))
        took = time.perf_counter() - began
    times = [seconds for seconds, _ in results]
    ends = Counter(end for _, end in results)
    print(f"{CLIENTS} clients, {len(results)} requests: {dict(ends)}")
    print(f"lost {len(results) - ends['answered']}, {len(results) / took:.1f} requests/s")
    print(f"median {median(times):.2f} s, 95 % {quantiles(times, n=20)[-1]:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "none")
