"""Written language: sentences, words and their stems, kinds of question."""
