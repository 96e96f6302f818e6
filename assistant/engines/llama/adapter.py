"""A LoRA adapter beside a loaded model, switched on and off between generations.

Part of the child process (`child.py`). Low-rank adaptation: Hu et al., 2021.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from assistant.engines.llama.tokens import ChildError


class Adapter:
    """An adapter in memory, off at first. ChildError in one sentence if it does not fit."""

    def __init__(self, lib: Any, model: Any, path: Path, log: Any) -> None:
        self._lib = lib
        self._is_on = False
        log.clear()
        found = lib.llama_adapter_lora_init(model, os.fsencode(path))
        if not found:
            raise ChildError(f"The adapter {path} does not fit the model ({log.first_error}).")
        self._all = (lib.llama_adapter_lora_p_ctypes * 1)(found)

    def switch(self, context: Any, on: bool) -> bool:
        """Turn it on or off; tells whether that changed what the model computes.

        Keys and values that were computed the other way must not be used any more. ChildError if
        llama.cpp refuses.
        """
        if on == self._is_on:
            return False
        scales = (ctypes.c_float * 1)(1.0)
        if self._lib.llama_set_adapters_lora(context, self._all, int(on), scales):
            raise ChildError("The model's adapter could not be switched.")
        self._is_on = on
        return True
