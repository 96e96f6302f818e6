"""Training of the fitted parts: commands that turn question sets into files in models/."""
