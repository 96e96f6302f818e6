"""From a question to ranked passages, to ranked evidence sentences, to a calibrated confidence."""
