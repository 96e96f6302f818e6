"""A question, understood: what it asks for, and the questions that it is made of."""
