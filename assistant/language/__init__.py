"""What is known of written language: sentences, words and their stems, kinds of question."""
