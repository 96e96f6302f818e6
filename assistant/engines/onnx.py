"""An onnxruntime session for many small inputs: each is computed on one core, several at once.

Splitting one text of a few hundred tokens over two cores, as onnxruntime does by itself, makes them
wait for each other at every layer, by spinning: twice the processor time for the same vectors, and
three times the wall time once another program wants a core.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from assistant import offline
from assistant.engines import onnx_file
from assistant.engines.llama.model import usable_cores
from assistant.errors import EngineError

# Each worker holds its own intermediate values, some megabytes.
_MOST_WORKERS = 8
_SAID_CHARS = 200

Inputs = Mapping[str, Any]


class Session:
    """A loaded model. Raises EngineError, and when it is made what onnxruntime raises."""

    def __init__(self, path: Path, workers: int | None = None) -> None:
        """`workers` inputs are computed at once; one for each core without it."""
        if found := onnx_file.problem(path):
            raise EngineError(f"{path} is not loaded: {found}.", "Use a model in one file.")
        self._path = path
        # Before the import: from 1.32 on it would write a file for its maker and try to send it.
        offline.without_telemetry()
        # ~0.1 s to import, so only when a model is wanted.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self.workers = workers or min(usable_cores(), _MOST_WORKERS)
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="onnx")
        self.inputs = {given.name for given in self._session.get_inputs()}
        self.outputs = [given.name for given in self._session.get_outputs()]

    def run(self, inputs: Inputs) -> list[Any]:
        """The model's outputs for one input."""
        try:
            return list(self._session.run(None, dict(inputs)))
        except Exception as error:  # onnxruntime raises types of its own
            said = " ".join(str(error).split())[:_SAID_CHARS]
            raise EngineError(f"The model {self._path} cannot compute: {said}.") from error

    def run_each(self, inputs: Iterable[Inputs]) -> Iterator[list[Any]]:
        """The outputs for each input, in order.

        No further ahead of whoever takes them than there are workers: who waits lets them rest.
        """
        left = iter(inputs)
        running: deque[Future[list[Any]]] = deque(
            self._pool.submit(self.run, one) for one in islice(left, self.workers)
        )
        while running:
            done = running.popleft().result()
            running.extend(self._pool.submit(self.run, one) for one in islice(left, 1))
            yield done
