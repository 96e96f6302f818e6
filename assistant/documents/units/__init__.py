"""Units of evidence: the least parts of a document that mean something by themselves."""
