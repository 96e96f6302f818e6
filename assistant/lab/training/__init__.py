"""How the fitted parts are made: commands that turn question sets into files in models/."""
