"""The marks that frame conversations in the chat templates of many models."""

import re

# What models write as plain text where it is no token of theirs, from the templates of others.
CHAT_MARKS = (
    "<|im_start|> <|im_end|> <|endoftext|> <|end_of_text|> <|eot_id|> <|start_header_id|> "
    "<start_of_turn> <end_of_turn> <|user|> <|assistant|> <|system|> [INST] [/INST]"
).split()
# The bar of DeepSeek's marks is a wide one. The rest are Gemma's and Llama 2's, and thoughts.
_ANY = re.compile(
    r"<[|\uff5c][^<>\s]{1,60}[|\uff5c]>|</?s>|<(?:bos|eos|start_of_turn|end_of_turn)>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK)\]"
    r"|</?(?:think|thinking|tool_call|tool_response)>|<</?SYS>>"
)


def broken_up(text: str) -> str:
    """`text` with the known marks broken up, for a vocabulary that cannot be asked."""
    return _ANY.sub(lambda mark: f"{mark[0][0]} {mark[0][1:]}", text)
