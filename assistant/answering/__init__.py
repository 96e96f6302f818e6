"""From evidence to an answer: drafted, checked against the quotes, cited, as a stream of events."""
