"""The index: documents in passages, in a catalogue (the truth) and a vector store."""
