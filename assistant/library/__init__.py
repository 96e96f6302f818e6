"""What is indexed: documents in passages, in a catalogue (the truth) and a vector store."""
